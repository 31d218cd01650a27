import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** The contract's version that these frames speak (contract/calls.ts). */
const CONTRACT_VERSION = 1;

/**
 * Berth's control socket as its command uses it: a JSON object a line. Small on purpose, so that what is measured is Berth and not
 * the side that measures.
 */
export class Control {
  #socket;
  #nextId = 1;
  #calls = new Map();
  #streams = new Map();

  constructor(socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#receive(JSON.parse(line)));
    socket.once('close', () => {
      for (const { reject } of this.#calls.values()) reject(new Error('Berth has closed the control socket'));
      this.#calls.clear();
    });
  }

  /** @param {string} path */
  static async open(path) {
    const socket = connect(path);
    await once(socket, 'connect');
    const control = new Control(socket);
    await control.call('app.hello', { contract: CONTRACT_VERSION, who: 'bench' });
    return control;
  }

  /** Rejects with an error whose `code` and `hint` are those of the contract. */
  call(method, params, { signal } = {}) {
    const id = this.#nextId++;
    const answered = new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    this.#send({ t: 'call', id, method, params });
    signal?.addEventListener('abort', () => this.#send({ t: 'cancel', id }), { once: true });
    return answered;
  }

  /** Gives every item of a stream to `onItem`; the returned function ends it. */
  subscribe(stream, params, onItem) {
    const id = this.#nextId++;
    this.#streams.set(id, onItem);
    this.#send({ t: 'subscribe', id, stream, params });
    return () => {
      this.#streams.delete(id);
      this.#send({ t: 'cancel', id });
    };
  }

  close() {
    this.#socket.destroy();
  }

  #send(frame) {
    this.#socket.write(`${JSON.stringify(frame)}\n`);
  }

  #receive(frame) {
    if (frame.t === 'item') {
      for (const item of frame.items) this.#streams.get(frame.id)?.(item);
      this.#send({ t: 'ack', id: frame.id, seq: frame.seq });
      return;
    }
    const waiting = this.#calls.get(frame.id);
    this.#calls.delete(frame.id);
    if (frame.t === 'result') waiting?.resolve(frame.data);
    else if (frame.t === 'failed') waiting?.reject(Object.assign(new Error(frame.error.message), frame.error));
  }
}
