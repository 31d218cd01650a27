import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { BerthError } from '../../../contract/errors.ts';
import type { Status } from '../../../contract/model/status.ts';
import { RpcClient } from '../../../contract/rpc-client.ts';
import { berthPaths } from '../../../main/core/paths.ts';
import { connectToControl } from '../../../main/electron/control-connection.ts';
import { provideTestElectron } from '../../../scripts/lib/electron-test-runtime.mjs';
import { freePort } from '../support/free-port.ts';
import { Sandbox, type SandboxOptions } from '../support/sandbox.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** What Chromium needs to run in a test: no GPU, and no sandbox only where it refuses to run otherwise. */
export const chromiumSwitches: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-dev-shm-usage',
];

/** A sandbox in which a desktop app can be shown, with endpoints on a free port. */
export async function desktopSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const inherit = ['DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', ...(options.inherit ?? [])];
  const sandbox = new Sandbox({ ...options, inherit });
  mkdirSync(sandbox.berthHome, { recursive: true, mode: 0o700 });
  writeFileSync(join(sandbox.berthHome, 'config.yaml'), `version: 1\nport: ${await freePort()}\n`);
  return sandbox;
}

/** The Electron that tests run on. */
export async function electronPath(): Promise<string> {
  return (await provideTestElectron({ root, say: (line) => console.error(line) })).path;
}

/** A running desktop app in a sandbox. */
export class DesktopApp {
  readonly app: ElectronApplication;
  readonly sandbox: Sandbox;
  readonly #process: ChildProcess;

  private constructor(app: ElectronApplication, sandbox: Sandbox) {
    this.app = app;
    this.sandbox = sandbox;
    this.#process = app.process();
  }

  /** Starts the app and resolves as soon as its core answers. */
  static async launch(
    sandbox: Sandbox,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<DesktopApp> {
    const app = await _electron.launch({
      executablePath: await electronPath(),
      args: [...chromiumSwitches, root, ...args],
      env: { ...sandbox.env, ...env },
      cwd: sandbox.home,
    });
    const said: string[] = [];
    for (const stream of [app.process().stdout, app.process().stderr]) {
      stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    }
    const desktop = new DesktopApp(app, sandbox);
    const rpc = await connectWhenUp(sandbox).catch((error: Error) => {
      throw new Error(`${error.message}\n${said.join('')}`);
    });
    rpc.close();
    return desktop;
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('the app has no process');
    return pid;
  }

  window(): Promise<Page> {
    return this.app.firstWindow();
  }

  /** A connection to its core, as the command line has it. */
  rpc(): Promise<RpcClient> {
    return connectWhenUp(this.sandbox);
  }

  /** Resolves with the exit code once the process has ended. */
  ended(): Promise<number | null> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
    return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Quits it as the user would and resolves when it has gone. */
  async quit(): Promise<number | null> {
    const ended = this.ended();
    if (this.#process.exitCode !== null) return ended;
    await this.app.evaluate(({ app }) => {
      setImmediate(() => app.quit());
    });
    return ended;
  }
}

/** Connects to the core of a sandbox as soon as it listens, for at most 30 s. */
export async function connectWhenUp(sandbox: Sandbox): Promise<RpcClient> {
  const { controlSocket } = berthPaths(sandbox.env);
  const end = performance.now() + 30_000;
  for (;;) {
    const connection = await connectToControl(controlSocket);
    if (connection !== null) {
      const rpc = new RpcClient(connection);
      // One that is ending, to make place for another, is not the one that is waited for.
      const answer = await rpc.hello('test').catch((error: unknown) => {
        if (!(error instanceof BerthError && error.code === 'not-running')) throw error;
      });
      if (answer) return rpc;
    }
    if (performance.now() > end) throw new Error('no core came up within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Resolves with the first status that fits; rejects after `timeoutMs`. */
export function statusThat(rpc: RpcClient, fits: (status: Status) => boolean, timeoutMs = 30_000): Promise<Status> {
  return new Promise((resolve, reject) => {
    let status: Status | null = null;
    const timer = setTimeout(() => {
      subscription.cancel();
      reject(new Error(`the status did not become what was waited for: ${JSON.stringify(status?.servers ?? status)}`));
    }, timeoutMs);
    const subscription = rpc.subscribe('status', undefined, {
      onItem: (event) => {
        status = event.type === 'snapshot' ? event.status : status && { ...status, ...(event.changed as Status) };
        if (status === null || !fits(status)) return;
        clearTimeout(timer);
        subscription.cancel();
        resolve(status);
      },
      onEnd: (error) => {
        clearTimeout(timer);
        if (error) reject(error);
      },
    });
  });
}
