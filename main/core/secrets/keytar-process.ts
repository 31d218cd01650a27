import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BerthError } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';
import { keychainError } from './keychain-error.ts';
import { type KeytarOperation, type KeytarResponse, keytarResponseSchema } from './keytar-protocol.ts';

export interface KeytarProcessOptions {
  /** How to start the keychain's process: Node, or Electron with ELECTRON_RUN_AS_NODE=1 in `env`. */
  readonly command: string;
  /** Ends with the built `keytar-child.js`. */
  readonly args: readonly string[];
  /** The child's whole environment; it needs DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR, DISPLAY or WAYLAND_DISPLAY, HOME. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long a request may take before the process is killed, in ms. Long enough for a person to answer an unlock prompt. */
  readonly deadlineMs?: number;
}

type Answer = Extract<KeytarResponse, { ok: true }>['data'];

interface Pending {
  readonly resolve: (data: Answer) => void;
  readonly reject: (error: BerthError) => void;
  readonly timer: NodeJS.Timeout;
}

const DEFAULT_DEADLINE_MS = 30_000;

/**
 * Talks to the keychain's process, starting it when there is something to ask. One request at a time, since an open unlock
 * prompt holds all of them anyway. When a deadline passes, the process is killed and the next request gets a new one.
 */
export class KeytarProcess implements Disposable {
  readonly #options: KeytarProcessOptions;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #disposed = false;

  constructor(options: KeytarProcessOptions) {
    this.#options = options;
  }

  /** Process id of the running child, or null. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Rejects with `timed-out`, `unsupported` (no keychain here), `refused` (locked, denied) or `cancelled` (disposed). */
  ask(operation: KeytarOperation, deadlineMs = this.#options.deadlineMs ?? DEFAULT_DEADLINE_MS): Promise<Answer> {
    const turn = this.#queue.then(() => this.#send(operation, deadlineMs));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const child = this.#child;
    if (child === null) return;
    this.#end(child, new BerthError('cancelled', 'Berth is shutting down.'));
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) await once(child, 'exit');
  }

  #send(operation: KeytarOperation, deadlineMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#disposed) {
        reject(new BerthError('cancelled', 'Berth is shutting down.'));
        return;
      }
      const child = this.#child ?? this.#start();
      const id = this.#nextId++;
      const timer = setTimeout(() => this.#end(child, deadlinePassed(deadlineMs)), deadlineMs);
      this.#pending.set(id, { resolve, reject, timer });
      child.stdin?.write(`${JSON.stringify({ id, ...operation })}\n`);
    });
  }

  #start(): ChildProcess {
    const { command, args, env } = this.#options;
    const child = spawn(command, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
    this.#child = child;
    child.on('error', (error) => this.#end(child, cannotStart(error.message)));
    child.on('exit', (code, signal) => this.#end(child, cannotStart(`it ended with ${signal ?? `code ${code}`}`)));
    // A write to a child that has just ended; its exit says the rest.
    child.stdin?.on('error', () => undefined);
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#receive(line));
    return child;
  }

  #receive(line: string): void {
    const response = keytarResponseSchema.safeParse(parseLine(line));
    if (!response.success) return;
    const pending = this.#pending.get(response.data.id);
    if (pending === undefined) return;
    this.#pending.delete(response.data.id);
    clearTimeout(pending.timer);
    if (response.data.ok) pending.resolve(response.data.data);
    else pending.reject(keychainError(response.data.error));
  }

  /** Ends this child for good; what waits for it fails with `error`. */
  #end(child: ChildProcess, error: BerthError): void {
    if (this.#child !== child) return;
    this.#child = null;
    child.kill('SIGKILL');
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(error);
    }
    this.#pending.clear();
  }
}

function deadlinePassed(ms: number): BerthError {
  return new BerthError('timed-out', `The keychain did not answer within ${Math.round(ms / 1000)} s.`, {
    hint: 'Look for an open unlock prompt of your keychain, unlock it, and try again.',
  });
}

function cannotStart(why: string): BerthError {
  return new BerthError('unsupported', `The keychain's process did not work: ${why}.`, {
    hint: 'Run `berth doctor` for what is missing.',
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
