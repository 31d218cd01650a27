import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { provideApiServer } from './lib/api-server.mjs';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { runVitest } from './lib/suites.mjs';
import { failedSuite, finish, judged, skippedSuite } from './lib/tally.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `npm run test:cluster -- [FILE…]

Runs the tests against two real Kubernetes API servers, which it builds once when Go is there. The last line is
"N passed, N failed, N skipped"; the exit code is 1 when anything failed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
if (values.help) console.log(usage);
else finish(await tallyOf(positionals));

async function tallyOf(filters) {
  const server = provideApiServer(root);
  if (server.missing) return skippedSuite('cluster', server.missing);
  if (server.broken) return failedSuite('cluster', server.broken);
  const broken = await ensureBuilt(root);
  if (broken) return failedSuite('build', broken);
  const tally = await runVitest('cluster', { minutes: 15, filters, env: { BERTH_TEST_APISERVER: server.path } });
  return judged('cluster', tally);
}
