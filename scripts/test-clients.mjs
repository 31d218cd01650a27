import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { provideClients } from './lib/real-clients.mjs';
import { runVitest } from './lib/suites.mjs';
import { failedSuite, finish, judged, skippedSuite } from './lib/tally.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `npm run test:clients -- [FILE…]

Installs Berth into real AI clients, which it fetches from the npm registry once, and asks them. Clients that cannot be had are
skipped and named. The last line is "N passed, N failed, N skipped"; the exit code is 1 when anything failed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
if (values.help) console.log(usage);
else finish(await tallyOf(positionals));

async function tallyOf(filters) {
  // They run as Unix programs do: shims with a #! line, one XDG home.
  if (process.platform === 'win32') return skippedSuite('clients', 'these tests run on Linux and macOS');
  const clients = await provideClients(console.log);
  const missing = Object.entries(clients).flatMap(([id, one]) => ('missing' in one ? [`${id}: ${one.missing}`] : []));
  if (missing.length === Object.keys(clients).length) return skippedSuite('clients', missing.join('; '));
  const broken = await ensureBuilt(root);
  if (broken) return failedSuite('build', broken);
  const env = { BERTH_TEST_CLIENTS: JSON.stringify(clients) };
  return judged('clients', await runVitest('clients', { minutes: 15, filters, env }));
}
