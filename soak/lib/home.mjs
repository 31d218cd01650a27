import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, root } from '../../bench/lib/berth.mjs';
import { Control } from '../../bench/lib/control.mjs';
import { Heap } from './heap.mjs';

const launcher = join(root, 'bin', 'berth.mjs');

/** A home of Berth in a folder of its own, in which one Berth after the other may run. */
export class Home {
  #folder;
  #env;
  #ports;
  #said = '';

  constructor(folder, ports) {
    this.#folder = folder;
    this.#ports = ports;
    const home = join(folder, 'home');
    for (const path of [home, join(folder, 'run'), join(folder, 'tmp'), join(folder, 'berth')]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    }
    this.#env = {
      PATH: process.env.PATH,
      HOME: home,
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      TMPDIR: join(folder, 'tmp'),
      XDG_RUNTIME_DIR: join(folder, 'run'),
      BERTH_HOME: join(folder, 'berth'),
      KUBECONFIG: join(folder, 'kubeconfig'),
      // For `Heap`: several may run on one machine.
      NODE_OPTIONS: '--inspect-port=0',
    };
    // Every line of the logs is kept, since the logs are to explain everything.
    writeFileSync(join(folder, 'berth', 'config.yaml'), 'logs:\n  maxFiles: 100\n', { mode: 0o600 });
  }

  static async make(folder) {
    return new Home(folder, [await freePort(), await freePort()]);
  }

  get kubeconfig() {
    return this.#env.KUBECONFIG;
  }

  /** What all the Berths wrote to stderr. */
  get said() {
    return this.#said;
  }

  get logs() {
    return join(this.#folder, 'berth', 'logs');
  }

  /** The pids that the ledger holds. */
  ledger() {
    const { processes } = JSON.parse(readFileSync(join(this.#folder, 'berth', 'state', 'ledger.json'), 'utf8'));
    return processes.map(({ pid }) => pid);
  }

  async start() {
    const [port, uiPort] = this.#ports.map(String);
    const args = [launcher, 'serve', '-o', 'json', '--port', port, '--ui-port', uiPort];
    const child = spawn(process.execPath, args, {
      env: this.#env,
      cwd: this.#env.HOME,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      this.#said += chunk;
    });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([
      once(lines, 'line'),
      ended.then(([code]) => Promise.reject(new Error(`berth serve ended with ${code}: ${this.#said}`))),
    ]);
    const { socket } = JSON.parse(line);
    const control = await Control.open(socket);
    const heap = await Heap.open(child.pid, async (sign) => {
      for (;;) {
        const found = sign.exec(said);
        if (found) return found;
        await once(child.stderr, 'data');
      }
    });
    return {
      pid: child.pid,
      control,
      heap,
      /** Sends the signal and waits for the end; answers exit code or signal. */
      async end(signal) {
        control.close();
        heap.close();
        child.kill(signal);
        const [code, by] = await ended;
        return code ?? by;
      },
    };
  }
}
