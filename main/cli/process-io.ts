import type { CliIo } from './cli-io.ts';

/** This process as a terminal. A reader that goes away (`berth logs | head`) ends the command without a complaint. */
export function processIo(): CliIo {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
    cwd: process.cwd(),
    interrupted: interruption.signal,
    now: Date.now,
  };
}
