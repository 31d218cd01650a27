import { randomUUID } from 'node:crypto';
import { BerthError, type ErrorInfo } from '../../../../contract/errors.ts';
import type { JsonRpcMessage } from '../../backend/backend.ts';
import { untilAborted } from '../../until-aborted.ts';
import { nowhere, type Sink } from '../call.ts';
import type { ClientSession, SessionHost } from '../client-session.ts';
import { isRecord } from '../json-rpc.ts';
import { type ListName, lists } from '../lists.ts';
import { type Item, KeptList } from './kept-list.ts';

/** How long a server may take to answer what Berth asks it for a client, in ms. */
const ASK_MS = 60_000;
const MAX_PAGES = 100;

/** The lists of a server: how they are asked for, where the answer has them, and which capability says that there is one. */
const kinds = {
  tools: { method: 'tools/list', field: 'tools', capability: 'tools' },
  prompts: { method: 'prompts/list', field: 'prompts', capability: 'prompts' },
  resources: { method: 'resources/list', field: 'resources', capability: 'resources' },
  templates: { method: 'resources/templates/list', field: 'resourceTemplates', capability: 'resources' },
} as const;
export type ListKind = keyof typeof kinds;

export interface MemberOptions {
  readonly host: SessionHost;
  readonly client: string;
  /** What the client said at `initialize`. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly push: (message: JsonRpcMessage) => void;
  readonly idleMs: () => number | null;
  /** The server was removed. */
  readonly onGone: () => void;
  /** This list turned out to be another than the one that was shown. */
  readonly onLate: (list: ListName) => void;
}

/**
 * One server in a session with all servers: a session of its own there, so that guard, approvals, audit and restarts are the same as
 * on the server's own endpoint.
 */
export class Member {
  readonly slug: string;
  readonly #session: ClientSession;
  readonly #params: Readonly<Record<string, unknown>>;
  readonly #lists: Readonly<Record<ListKind, KeptList>>;
  readonly #prefix = randomUUID();
  #next = 1;
  #capabilities: Readonly<Record<string, unknown>> = {};
  #opening: Promise<void> | null = null;
  #level: string | null = null;

  constructor({ host, client, params, push, idleMs, onGone, onLate }: MemberOptions) {
    this.slug = host.slug;
    this.#params = params;
    this.#session = host.open({ client, push, idleMs, onClose: onGone });
    const list = (kind: ListKind, name: ListName) =>
      new KeptList({ read: () => this.#read(kind), onLate: () => onLate(name) });
    this.#lists = {
      tools: list('tools', 'tools'),
      prompts: list('prompts', 'prompts'),
      resources: list('resources', 'resources'),
      templates: list('templates', 'resources'),
    };
  }

  /** Lists that the server has, as far as it has said so. */
  get offers(): ListName[] {
    return lists.filter((list) => this.#capabilities[list] !== undefined);
  }

  /** Resolves when the server has answered `initialize`; waits while it starts. Rejects with why it does not run. */
  async ready(signal?: AbortSignal): Promise<void> {
    if (this.#session.initialized) return;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    await (signal ? Promise.race([this.#opening, untilAborted(signal)]) : this.#opening);
  }

  list(kind: ListKind, how: { anew: boolean; waitMs: number }): Promise<readonly Item[]> {
    return this.#lists[kind].get(how);
  }

  /** The server says, or it is likely, that this list has changed. */
  forget(list: ListName): void {
    this.#lists[list].forget();
    if (list === 'resources') this.#lists.templates.forget();
  }

  /** Sets the log level, now or once the server is up. */
  setLevel(level: string): void {
    this.#level = level;
    if (this.#session.initialized) this.#tellLevel();
  }

  /** Takes a message of the client. The returned function takes a request back. */
  receive(message: JsonRpcMessage, sink: Sink): (reason: string) => void {
    return this.#session.receive(message, sink);
  }

  undelivered(message: JsonRpcMessage): void {
    this.#session.undelivered(message);
  }

  get mayRest(): boolean {
    return this.#session.mayRest;
  }

  rest(): Promise<void> {
    return this.#session.rest();
  }

  drained(): Promise<void> {
    return this.#session.drained();
  }

  close(cause: BerthError | null): void {
    this.#session.close(cause);
  }

  async #open(): Promise<void> {
    const result = await this.#ask('initialize', this.#params);
    this.#capabilities = isRecord(result['capabilities']) ? result['capabilities'] : {};
    this.#session.receive({ jsonrpc: '2.0', method: 'notifications/initialized' }, nowhere);
    this.#tellLevel();
  }

  #tellLevel(): void {
    if (this.#level === null || this.#capabilities['logging'] === undefined) return;
    // A server that does not set it goes on saying what it says, and the session's own level still holds.
    this.#ask('logging/setLevel', { level: this.#level }).catch(() => {});
  }

  async #read(kind: ListKind): Promise<Item[]> {
    await this.ready();
    const { method, field, capability } = kinds[kind];
    if (this.#capabilities[capability] === undefined) return [];
    const items: Item[] = [];
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const result = await this.#ask(method, cursor === undefined ? {} : { cursor });
      const found = result[field];
      if (Array.isArray(found)) items.push(...found.filter(isRecord));
      cursor = result['nextCursor'];
      if (typeof cursor !== 'string' || cursor === '') break;
    }
    return items;
  }

  /** A request of Berth's own in the client's name. Rejects with a BerthError. */
  #ask(method: string, params: unknown): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        cancel('timed out');
        reject(new BerthError('timed-out', `${this.slug} did not answer ${method} within ${ASK_MS / 1000} s.`));
      }, ASK_MS);
      const id = `${this.#prefix}-${this.#next++}`;
      const cancel = this.#session.receive(
        { jsonrpc: '2.0', id, method, params },
        {
          related: () => false,
          answer: ({ result, error }) => {
            clearTimeout(timer);
            if (isRecord(result)) resolve(result);
            else reject(errorOf(error, `${this.slug} answered ${method} with nothing.`));
            return 0;
          },
          end: () => {
            clearTimeout(timer);
            reject(new BerthError('cancelled', `${method} was cancelled.`));
          },
        },
      );
    });
  }
}

/** Berth's own error where there is one, else the server's. */
function errorOf(error: JsonRpcMessage['error'], otherwise: string): BerthError {
  const own = isRecord(error?.data) ? error.data['berth'] : undefined;
  if (isRecord(own)) return BerthError.from(own as ErrorInfo);
  return new BerthError('protocol', error?.message ?? otherwise);
}
