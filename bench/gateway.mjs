import { join } from 'node:path';
import { measure } from './gateway/measure.mjs';
import { peerVersions, providePeers } from './gateway/peers.mjs';
import { reportRows } from './gateway/report.mjs';
import { dockUpstream, startUpstream } from './gateway/routes.mjs';
import { startBerth } from './lib/berth.mjs';
import { during } from './lib/during.mjs';
import { machineFacts } from './lib/machine.mjs';
import { processesIn, whyNoProc } from './lib/processes.mjs';

export const bench = {
  name: 'gateway',
  title:
    'calls through Berth, with its guard and its audit, beside other gateways and bridges and what is bare, in turns',
  async run({ repeat, folder, log }) {
    if (whyNoProc) return { rows: [], notes: [], skipped: whyNoProc };
    const { scripts, missing } = await providePeers(log);
    if (missing !== null) return { rows: [], notes: [], skipped: missing };
    const loads = [machineFacts().load[0]];
    const measured = await during(startUpstream(folder), ({ port }) =>
      during(startBerth(join(folder, 'b')), async (berth) => {
        await dockUpstream(berth, port);
        return measure({ folder, berth, scripts, port, repeat, log });
      }),
    );
    loads.push(machineFacts().load[0]);
    requireNothingLeft(folder);
    return { rows: reportRows(measured), notes: notes(repeat, loads) };
  },
};

/** Everything that was started has this folder in its environment, whoever started it. */
function requireNothingLeft(folder) {
  const left = processesIn(folder).filter(({ pid }) => pid !== process.pid);
  if (left.length > 0)
    throw new Error(`left behind: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`);
}

function notes(rounds, [before, after]) {
  const versions = Object.entries(peerVersions).map(([name, version]) => `${name} ${version}`);
  return [
    `${rounds} rounds in which every route has its turn; a ratio is the median of the rounds'. ${versions.join(', ')}.`,
    `Load ${before} before and ${after} after, of which the bench itself is one to two.`,
    'One upstream without an SDK and one client over node:http for all; mcp-hub has a door for HTTP+SSE only. Nothing is left running.',
  ];
}
