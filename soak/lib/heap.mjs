import { once } from 'node:events';
import { WebSocket } from 'ws';

/**
 * A look into the heap of a running Node: SIGUSR1 opens its inspector (https://nodejs.org/api/process.html#signal-events), over which V8
 * is told to collect first. What is left then is really held; resident memory alone says more about V8's mood.
 */
export class Heap {
  #socket;
  #nextId = 1;
  #waiting = new Map();

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, result } = JSON.parse(data);
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  /** @param {number} pid @param {(sign: RegExp) => Promise<RegExpExecArray>} said waits for what the process says on stderr */
  static async open(pid, said) {
    process.kill(pid, 'SIGUSR1');
    const [, url] = await said(/Debugger listening on (ws:\S+)/);
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Heap(socket);
  }

  /** What the heap holds after a collection, in MiB. */
  async used() {
    await this.#ask('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#ask('Runtime.getHeapUsage');
    return usedSize / 2 ** 20;
  }

  /** Node does not end while somebody looks into it. */
  close() {
    this.#socket.terminate();
  }

  #ask(method) {
    const id = this.#nextId++;
    const answered = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method }));
    return answered;
  }
}
