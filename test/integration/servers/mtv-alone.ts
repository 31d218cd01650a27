import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { OptionValue, Transport } from '../../../contract/model/server.ts';
import { planLaunch } from '../../../main/core/presets/plan-launch.ts';
import { PresetCatalog } from '../../../main/core/presets/preset-catalog.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { eventually } from '../../e2e/support/processes.ts';

interface Alone {
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly transport: Transport;
  readonly kubeconfig: string;
  readonly folder: string;
}

/** kubectl-mtv as the preset launches it, without a Berth around it. */
export class MtvAlone {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Resolves when it accepts connections. */
  static async start({ options, transport, kubeconfig, folder }: Alone): Promise<MtvAlone> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
    const id = 'kubectl-mtv';
    const catalog = await PresetCatalog.open({
      bundledFolder: fileURLToPath(new URL('../../../assets/presets', import.meta.url)),
      userFolder: '/nonexistent',
      environment: async () => env,
      nodeModules: [],
      node: { path: process.execPath, electron: false },
    });
    const port = await freePort();
    const plan = planLaunch({
      preset: catalog.get(id),
      slug: 'alone',
      server: { preset: id, context: 'active', guard: 'read-only', run: true, options: { ...options }, transport },
      guard: 'read-only',
      detected: await catalog.detect(id, options),
      kubeconfig,
      port,
      folder,
      env,
      secrets: {},
    });
    if (!plan.process || plan.url === null) throw new Error('nothing to start');
    const child = spawn(plan.process.command, [...plan.process.args], {
      env: { ...plan.process.env },
      cwd: plan.process.cwd,
      stdio: 'ignore',
    });
    const alone = new MtvAlone(plan.url, child);
    if (!(await eventually(() => child.exitCode !== null || accepts(port), 20_000)) || child.exitCode !== null) {
      await alone.stop();
      throw new Error(`it did not open its port; exit code ${child.exitCode}`);
    }
    return alone;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#exited;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
