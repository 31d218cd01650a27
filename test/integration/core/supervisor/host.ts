import { fileURLToPath } from 'node:url';
import { Supervisor } from '../../../../main/core/supervisor/supervisor.ts';

// A Berth of its own for tests that kill one: `node host.js LEDGER CWD COMMAND ARG…` supervises that stdio server and prints
// `ready PID`, and every line that the server writes.
const [ledgerFile = '', cwd = '', command = '', ...args] = process.argv.slice(2);
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
supervisor.onDidChange((slug) => {
  const server = supervisor.get(slug);
  if (server?.state === 'ready') say(`ready ${server.pid}`);
});
supervisor.start('hosted', async () => ({
  plan: {
    slug: 'hosted',
    transport: 'stdio',
    process: { command, args, env: { PATH: process.env['PATH'] ?? '' }, cwd, files: [] },
    url: null,
    headers: {},
    probe: null,
    startTimeoutMs: 45_000,
    failures: [],
    secrets: [],
  },
  release: async () => {},
}));
