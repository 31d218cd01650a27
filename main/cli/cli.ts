import { processIo } from './process-io.ts';
import { runCli } from './run-cli.ts';

const io = processIo();
const code = await runCli(process.argv.slice(2), io);
// What is still in a pipe is written before the process ends; nothing that hangs keeps it.
await Promise.all([io.stdout, io.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
process.exit(code);
