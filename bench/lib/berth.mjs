import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Control } from './control.mjs';
import { processesIn } from './processes.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const launcher = join(root, 'bin', 'berth.mjs');

/**
 * Starts `berth serve` with a home of its own below `folder`, as a user has it: the built product, its own process, its control
 * socket. `stop()` rejects when anything of it is left.
 * @param {string} folder
 * @param {{ kubeconfig?: string, args?: string[] }} [options]
 */
export async function startBerth(folder, { kubeconfig, args = [] } = {}) {
  const home = join(folder, 'home');
  for (const path of [home, join(folder, 'run'), join(folder, 'tmp')]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    BERTH_HOME: join(folder, 'berth'),
    KUBECONFIG: kubeconfig ?? join(home, 'no-kubeconfig'),
  };
  const ports = ['--port', String(await freePort()), '--ui-port', String(await freePort())];
  const child = spawn(process.execPath, [launcher, 'serve', '-o', 'json', ...ports, ...args], {
    env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'inherit'],
    // In a session of its own, as everything that it is compared with: Linux shares a busy CPU out by sessions (autogroup).
    detached: true,
  });
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`berth serve ended with ${code}`))),
  ]);
  const ready = JSON.parse(line);
  const control = await Control.open(ready.socket);
  return {
    folder,
    env,
    control,
    pid: child.pid,
    endpoint: ready.endpoint,
    async stop() {
      control.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      if (child.exitCode !== 0) throw new Error(`berth serve ended with ${child.exitCode ?? child.signalCode}`);
      const left = processesIn(folder).filter(({ pid }) => pid !== process.pid);
      if (left.length > 0) throw new Error(`left behind: ${left.map(({ command }) => command).join('; ')}`);
    },
  };
}

/** A TCP port on 127.0.0.1 that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
