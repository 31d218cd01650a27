import { type Client, clientTrouble } from '../../contract/model/client.ts';

/** The clients of a page in the order in which they matter. */
export interface ClientGroups {
  /** Something of Berth's is in them, or waits for them, or their file cannot be read; what needs somebody first. */
  readonly used: readonly Client[];
  /** They are on this machine. */
  readonly found: readonly Client[];
  /** Berth would know how. */
  readonly others: readonly Client[];
}

const order: readonly Client['state'][] = ['unreadable', 'wiped', 'changed', 'orphaned', 'installed'];

/** A file that cannot be read matters where the application is, or where something of Berth's may be in it. */
export function groupClients(clients: readonly Client[]): ClientGroups {
  const used = clients.filter(
    (client) => order.includes(client.state) || client.queued !== null || client.entries.length > 0,
  );
  const rest = clients.filter((client) => !used.includes(client));
  return {
    used: used.toSorted((one, other) => rank(one) - rank(other)),
    found: rest.filter(({ application }) => application !== 'absent'),
    others: rest.filter(({ application }) => application === 'absent'),
  };
}

/** Entries that one repair would write anew. */
export function repairable({ state, entries }: Client): boolean {
  const odd = entries.filter((entry) => entry.state !== 'installed' && entry.state !== 'awaited');
  return state !== 'unreadable' && odd.length > 0;
}

/** What drift means and what to do, in a sentence; null where nothing is wrong. */
export function driftWords({ title, state, entries }: Client): string | null {
  if (state === 'wiped') {
    return `${title}’s file has none of Berth’s entries any more: it was written anew, or somebody took them out.`;
  }
  if (state !== 'changed') return null;
  const words = [
    entries.some((entry) => entry.state === 'changed') && 'was changed by somebody else',
    entries.some((entry) => entry.state === 'missing') && 'is missing from the file',
    entries.some((entry) => entry.state === 'outdated') && 'leads to an address that Berth no longer has',
  ].filter((word) => word !== false);
  return `An entry ${words.join(', another ')}. A repair writes it anew and keeps what was added to it.`;
}

function rank(client: Client): number {
  return clientTrouble(client) !== null ? order.indexOf(client.state) - order.length : order.indexOf(client.state);
}
