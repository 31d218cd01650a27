import type { Client } from '../../../contract/model/client.ts';
import type { Check } from './check.ts';

/** One AI client: is it there, does its file parse, are our entries as we wrote them, did it ever connect. */
export function clientChecks(get: () => Promise<Client>): Check[] {
  return [
    {
      id: 'client-file',
      title: 'Config file',
      run: async () => {
        const client = await get();
        if (client.error) {
          return {
            outcome: 'fail',
            evidence: client.error.message,
            ...(client.error.hint ? { remedy: client.error.hint } : {}),
          };
        }
        if (client.state === 'absent')
          return { outcome: 'skip', evidence: `${client.title} was not found on this machine` };
        return { outcome: 'pass', evidence: client.file };
      },
    },
    {
      id: 'client-entries',
      title: 'Entries of Berth',
      run: async () => {
        const { entries } = await get();
        if (entries.length === 0) return { outcome: 'skip', evidence: 'nothing is installed in it' };
        // One that is awaited is nobody's fault yet.
        const odd = entries.filter(({ state }) => state !== 'installed' && state !== 'awaited');
        if (odd.length === 0) return { outcome: 'pass', evidence: entries.map((entry) => entry.name).join(', ') };
        return {
          outcome: 'warn',
          evidence: odd.map((entry) => `${entry.name} is ${entry.state}`).join(', '),
          remedy: 'Somebody else changed the file. Install again to put the entries back.',
        };
      },
    },
    {
      id: 'client-connected',
      title: 'Connected',
      run: async () => {
        const { entries, connectedAt, reload } = await get();
        if (connectedAt) return { outcome: 'pass', evidence: `last seen ${connectedAt}` };
        if (entries.length === 0) return { outcome: 'skip', evidence: 'nothing is installed in it' };
        return { outcome: 'warn', evidence: 'it has not connected since Berth started', remedy: reload };
      },
    },
  ];
}
