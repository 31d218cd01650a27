import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface HttpFixture {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends it and waits for that. */
  kill(): Promise<void>;
}

/** Starts a fixture server that says `listening on URL` on stderr. */
export async function startHttpFixture(name: string, args: string[] = []): Promise<HttpFixture> {
  const path = fileURLToPath(new URL(`../../../fixtures/servers/${name}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /listening on (\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    void exited.then(() => reject(new Error(`${name} ended early`)));
  });
  return {
    url,
    child,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
