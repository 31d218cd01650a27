import type { CliIo } from './cli-io.ts';

/**
 * This process as a terminal. A reader that goes away (`berth logs | head`) ends the command without a complaint; `serve`, which
 * is there for more than its output and ends in order on SIGTERM, goes on.
 */
export function processIo(): CliIo {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (process.listenerCount('SIGTERM') === 0) process.exit(0);
    });
  }
  return {
    // Opened by whoever reads it: most commands do not, and opening it takes some milliseconds.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
    cwd: process.cwd(),
    interrupted: interruption.signal,
    now: Date.now,
  };
}
