import { lstatSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { LineReader } from './line-reader.ts';
import { type BridgeProblem, isRecord, problemOf } from './message.ts';

/** More than Berth itself sends in one message. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const GREETING_MS = 10_000;
const PROTOCOL = 1;

export type ConnectOutcome =
  | { readonly kind: 'open'; readonly connection: BerthConnection }
  /** Nobody listens. */
  | { readonly kind: 'absent' }
  /** Berth answered and said no, or is not to be trusted. */
  | { readonly kind: 'refused'; readonly problem: BridgeProblem };

/** An open line to a server's endpoint in Berth: JSON-RPC messages as lines, both ways. */
export class BerthConnection {
  readonly #socket: Socket;
  onLine: (line: string) => void = () => {};
  /** Called once. */
  onClose: () => void = () => {};
  onDrain: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once('close', () => this.onClose());
    socket.on('drain', () => this.onDrain());
  }

  /** False when the other side is behind: wait for `onDrain`. */
  send(line: string): boolean {
    return this.#socket.write(`${line}\n`);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Connects and says which server is wanted, and by whom. Never rejects. */
export function connectToBerth(
  path: string,
  hello: { slug: string; client: string; mode?: string },
): Promise<ConnectOutcome> {
  const distrust = foreignFolder(path);
  if (distrust) return Promise.resolve({ kind: 'refused', problem: distrust });
  return new Promise((resolve) => {
    const socket = connect(path);
    const connection = new BerthConnection(socket);
    let greeted = false;
    const finish = (outcome: ConnectOutcome) => {
      clearTimeout(timer);
      if (outcome.kind !== 'open') socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish({ kind: 'absent' }), GREETING_MS);
    const reader = new LineReader(
      MAX_LINE_BYTES,
      (line) => {
        if (greeted) return connection.onLine(line);
        greeted = true;
        const problem = greetingProblem(line);
        finish(problem ? { kind: 'refused', problem } : { kind: 'open', connection });
      },
      () => socket.destroy(),
    );
    socket.once('connect', () => socket.write(`${JSON.stringify({ berth: PROTOCOL, ...hello })}\n`));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => finish({ kind: 'absent' }));
  });
}

function greetingProblem(line: string): BridgeProblem | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = null;
  }
  if (!isRecord(value) || value['berth'] === undefined) {
    return { code: 'protocol', message: "What answers on Berth's socket is not Berth." };
  }
  if (value['ok'] === true) return null;
  return problemOf({ data: { berth: value['error'] }, message: 'Berth refused the connection.' });
}

/**
 * Node offers no peer credentials, so who listens is known by whose folder it is: in a temp folder, somebody else could have made
 * it first (D11). Null where all is well, or there is nothing yet.
 */
function foreignFolder(path: string): BridgeProblem | null {
  const uid = process.getuid?.();
  if (uid === undefined) return null;
  const folder = dirname(path);
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats || (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0)) return null;
  return {
    code: 'refused',
    message: `${folder} is not a private folder of this user, so what listens there may not be Berth.`,
    hint: 'Remove that folder and start Berth again.',
  };
}
