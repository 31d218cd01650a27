import type { Readable, Writable } from 'node:stream';
import type { BerthConnection, ConnectOutcome } from './berth-connection.ts';
import { ClientMemory, isOwnId } from './client-memory.ts';
import { LineReader } from './line-reader.ts';
import { type BridgeProblem, type Envelope, envelopeOf, type MessageId, problemLine } from './message.ts';

const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** Requests of the client that may wait while Berth is away. */
const MAX_WAITING = 1_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** After a lost connection Berth may be changing over to another shell: only then is it started by somebody who needs it. */
const PATIENCE_MS = 2_000;
/** How long answers may still come after the client closed its end. */
const FAREWELL_MS = 1_000;

export interface BridgeSessionOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Never rejects. */
  readonly connect: () => Promise<ConnectOutcome>;
  /** Starts Berth; false when there is no way to. */
  readonly start: () => Promise<boolean>;
  /** How long requests wait for Berth, in ms. */
  readonly waitMs: number;
  /** For people, on stderr: stdout carries JSON-RPC only. */
  readonly say: (text: string) => void;
}

interface Waiting {
  readonly line: string;
  readonly envelope: Envelope;
}

/**
 * Carries one client's stdio to Berth's socket for as long as the client lives, whatever becomes of Berth: reconnects, opens the
 * session anew with what the client had said, and answers requests that could not be carried with an error that says why.
 */
export class BridgeSession {
  readonly #options: BridgeSessionOptions;
  readonly #memory = new ClientMemory();
  readonly #inFlight = new Map<MessageId, Waiting>();
  #waiting: Waiting[] = [];
  #connection: BerthConnection | null = null;
  /** Opening the session anew: nothing of the client may overtake it. */
  #greetingId: MessageId | null = null;
  #refusal: BridgeProblem | null = null;
  /** The client has closed its end; answers may still come. */
  #leaving = false;
  #ended = false;
  #finish: () => void = () => {};
  #kick: () => void = () => {};

  constructor(options: BridgeSessionOptions) {
    this.#options = options;
  }

  /** Resolves when the client has closed its end. */
  async run(): Promise<void> {
    const { stdin, stdout } = this.#options;
    const done = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    const reader = new LineReader(
      MAX_LINE_BYTES,
      (line) => this.#fromClient(line),
      () => this.#answer(null, { code: 'too-large', message: `A message was larger than ${MAX_LINE_BYTES} bytes.` }),
    );
    stdin.on('data', (chunk: Buffer) => reader.push(chunk));
    stdin.once('end', () => this.#farewell());
    stdin.once('error', () => this.#end());
    // The client has gone without closing its end: nobody reads any more.
    stdout.on('error', () => this.#end());
    stdout.on('drain', () => this.#connection?.resume());
    void this.#keepConnected();
    await done;
    this.#connection?.close();
    // What was written last may still be on its way to a client that reads.
    if (stdout.writable) await new Promise<void>((resolve) => stdout.write('', () => resolve()));
  }

  async #keepConnected(): Promise<void> {
    const { waitMs } = this.#options;
    let downSince = Date.now();
    let startedAt = Number.NEGATIVE_INFINITY;
    let pauseMs = FIRST_PAUSE_MS;
    let wasUp = false;
    while (!this.#ended) {
      const outcome = await this.#options.connect();
      let problem: BridgeProblem | null = null;
      if (outcome.kind === 'refused') problem = outcome.problem;
      else if (outcome.kind === 'open') {
        problem = await this.#serve(outcome.connection, wasUp);
        wasUp = true;
        downSince = Date.now();
        if (!problem) pauseMs = FIRST_PAUSE_MS;
      } else {
        // Somebody who quit Berth does not want it back before somebody needs it.
        const needed = wasUp ? this.#waiting.length > 0 && Date.now() - downSince > PATIENCE_MS : true;
        if (needed && Date.now() - startedAt > waitMs && (startedAt < 0 || this.#waiting.length > 0)) {
          startedAt = Date.now();
          downSince = startedAt;
          this.#options.say('Berth is not running: starting it.');
          if (!(await this.#options.start())) problem = notRunning('and could not be started');
        } else if (Date.now() - downSince >= waitMs) {
          problem = notRunning(`and did not come up within ${Math.round(waitMs / 1000)} s`);
        }
      }
      if (this.#ended) return;
      if (problem) this.#giveUp(problem);
      await this.#pause(pauseMs, problem !== null);
      pauseMs = Math.min(pauseMs * 2, problem ? LONGEST_PAUSE_MS : LONGEST_PAUSE_MS / 5);
    }
  }

  /** Resolves when the connection is lost: with why the session could not be opened anew, or null. */
  #serve(connection: BerthConnection, again: boolean): Promise<BridgeProblem | null> {
    if (this.#ended) {
      connection.close();
      return Promise.resolve(null);
    }
    this.#connection = connection;
    this.#refusal = null;
    if (again) this.#options.say('Connected to Berth again.');
    return new Promise((resolve) => {
      connection.onLine = (line) => this.#fromBerth(line);
      connection.onDrain = () => this.#options.stdin.resume();
      connection.onClose = () => {
        this.#connection = null;
        this.#greetingId = null;
        this.#options.stdin.resume();
        if (!this.#ended && !this.#refusal) this.#options.say('The connection to Berth was lost: reconnecting.');
        if (!this.#ended) this.#lose();
        resolve(this.#refusal);
      };
      const greeting = this.#opensAnew() ? this.#memory.greeting() : null;
      this.#greetingId = greeting === null ? null : (envelopeOf(greeting)?.id ?? null);
      if (greeting === null) this.#flush();
      else connection.send(greeting);
    });
  }

  /** Whether the session must be opened for the client, because its own `initialize` is not waiting to be sent. */
  #opensAnew(): boolean {
    return !this.#waiting.some(({ envelope }) => envelope.method === 'initialize');
  }

  #fromClient(line: string): void {
    const envelope = envelopeOf(line);
    if (!envelope) {
      this.#write(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'This is not JSON.' } }));
      return;
    }
    this.#memory.see(envelope, line);
    if (this.#connection && this.#greetingId === null) {
      this.#send({ line, envelope });
      return;
    }
    if (envelope.method === 'notifications/cancelled') {
      this.#waiting = this.#waiting.filter((waiting) => waiting.envelope.id !== envelope.params['requestId']);
    }
    // What a new session is told anyway, or what concerns requests that are lost, need not wait.
    if (envelope.method === null || (envelope.id === null && envelope.method.startsWith('notifications/'))) return;
    if (envelope.method === 'ping' && envelope.id !== null) {
      this.#write(JSON.stringify({ jsonrpc: '2.0', id: envelope.id, result: {} }));
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.#answer(envelope.id, { code: 'refused', message: 'Too many requests wait for Berth.' });
      return;
    }
    this.#waiting.push({ line, envelope });
    this.#kick();
  }

  #send(message: Waiting): void {
    const { envelope, line } = message;
    if (envelope.id !== null && envelope.method !== null) this.#inFlight.set(envelope.id, message);
    // Nobody waits for its answer any more, and none may come.
    if (envelope.method === 'notifications/cancelled') this.#inFlight.delete(envelope.params['requestId'] as MessageId);
    if (this.#connection?.send(line) === false) this.#options.stdin.pause();
  }

  #flush(): void {
    for (const message of this.#waiting.splice(0)) this.#send(message);
  }

  #fromBerth(line: string): void {
    const envelope = envelopeOf(line);
    if (envelope?.method === null && envelope.id !== null) {
      if (envelope.id === this.#greetingId) {
        this.#greeted(envelope);
        return;
      }
      if (isOwnId(envelope.id)) return;
      this.#inFlight.delete(envelope.id);
    }
    this.#write(line);
    if (this.#leaving && this.#inFlight.size === 0) this.#end();
  }

  #greeted(answer: Envelope): void {
    this.#greetingId = null;
    if (answer.problem) {
      // Berth is there and its server is not: asked again after a while, or when the client asks.
      this.#refusal = answer.problem;
      this.#connection?.close();
      return;
    }
    for (const line of this.#memory.rest()) this.#connection?.send(line);
    this.#write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }));
    this.#flush();
  }

  /** The connection is gone. What was asked but `initialize` may have had an effect, so it is not sent again. */
  #lose(): void {
    for (const [id, message] of this.#inFlight) {
      if (message.envelope.method === 'initialize') this.#waiting.unshift(message);
      else {
        this.#answer(id, {
          code: 'not-running',
          message: 'The connection to Berth was lost during this call.',
          hint: 'Whether the call had an effect is not known. The bridge reconnects by itself: call again.',
        });
      }
    }
    this.#inFlight.clear();
  }

  #giveUp(problem: BridgeProblem): void {
    if (this.#waiting.length > 0) this.#options.say(problem.message);
    const given = this.#waiting.splice(0);
    for (const { envelope } of given) this.#answer(envelope.id, problem);
  }

  #answer(id: MessageId | null, problem: BridgeProblem): void {
    this.#write(problemLine(id, problem));
  }

  #write(line: string): void {
    const { stdout } = this.#options;
    if (!stdout.writable) return;
    if (!stdout.write(`${line}\n`)) this.#connection?.pause();
  }

  /** Waits, but not when a request comes that nobody has tried to carry yet. */
  #pause(ms: number, wakes: boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#kick = () => {};
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#kick = wakes ? done : () => {};
    });
  }

  #farewell(): void {
    if (this.#inFlight.size + this.#waiting.length === 0) {
      this.#end();
      return;
    }
    this.#leaving = true;
    setTimeout(() => this.#end(), FAREWELL_MS);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#kick();
    this.#finish();
  }
}

function notRunning(how: string): BridgeProblem {
  return {
    code: 'not-running',
    message: `Berth is not running ${how}.`,
    hint: 'Open Berth, or run `berth serve` in a terminal, then try again.',
  };
}
