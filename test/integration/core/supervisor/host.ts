import { fileURLToPath } from 'node:url';
import type { Transport } from '../../../../contract/model/server.ts';
import type { Planner } from '../../../../main/core/supervisor/server-run.ts';
import { Supervisor } from '../../../../main/core/supervisor/supervisor.ts';

/** What a host runs: the arguments of Node, and where it is reached. */
export interface Hosted {
  readonly args: readonly string[];
  readonly transport: Transport;
  readonly url: string | null;
}

// A Berth of its own for tests that kill one: `node host.js LEDGER CWD SERVER [NEXT]` (JSON of `Hosted`) supervises that server and
// prints `ready PID`, and every line that is logged. Once it is ready, NEXT is prepared beside it, as a switch does.
const [ledgerFile = '', cwd = '', server = '', next] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);

const supervisor = new Supervisor({
  ledgerFile,
  clientInfo: { name: fileURLToPath(import.meta.url), version: '0' },
  logs: {
    append: ({ stream, text }) => say(`${stream}: ${text}`),
    pressure: () => null,
    addSecrets: () => {},
    redact: (_slug, text) => text,
  },
});

function planner(json: string): Planner {
  const { args, transport, url } = JSON.parse(json) as Hosted;
  return async () => ({
    plan: {
      slug: 'hosted',
      transport,
      process: { command: process.execPath, args, env: { PATH: process.env['PATH'] ?? '' }, cwd, files: [] },
      url,
      headers: {},
      probe: null,
      startTimeoutMs: 45_000,
      failures: [],
      secrets: [],
    },
    release: async () => {},
  });
}

let switching = next === undefined;
supervisor.onDidChange((slug) => {
  const hosted = supervisor.get(slug);
  if (hosted?.state !== 'ready') return;
  say(`ready ${hosted.pid}`);
  if (switching || next === undefined) return;
  switching = true;
  void supervisor.prepare('hosted', planner(next));
});
supervisor.start('hosted', planner(server));
