import type { BerthError } from '../../../../contract/errors.ts';
import type { JsonRpcMessage } from '../../backend/backend.ts';
import { settlesWithin } from '../../settles-within.ts';
import { nowhere } from '../call.ts';
import type { SessionHost } from '../client-session.ts';
import { isRecord } from '../json-rpc.ts';
import type { ListName } from '../lists.ts';
import type { Announcer } from './announcer.ts';
import type { Errand } from './errand.ts';
import { type ListKind, Member } from './member.ts';
import type { Lists } from './shared-uri.ts';

/** The docked servers' own endpoints. */
export interface Hosts {
  get(slug: string): SessionHost | undefined;
  slugs(): string[];
  /** Whether the server is up right now. */
  isUp(slug: string): boolean;
}

export interface MembersOptions {
  readonly hosts: Hosts;
  readonly client: string;
  readonly announcer: Announcer;
  /** Takes what a server says by itself. */
  readonly push: (slug: string, message: JsonRpcMessage) => void;
  /** As for a session of one server. */
  readonly idleMs: () => number | null;
  /** How long lists wait for one server, in ms. */
  readonly listWaitMs: number;
}

type Change = (message: JsonRpcMessage) => JsonRpcMessage;
/** A server that does not read what it is sent holds back its own calls only. */
const DRAIN_MS = 1_000;

/** The servers in one session with all of them. They come when they are first up and go when they are removed. */
export class Members {
  readonly #options: MembersOptions;
  readonly #members = new Map<string, Member>();
  #params: Readonly<Record<string, unknown>> = {};
  #level: string | null = null;
  #begun = false;
  #closed = false;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** The client, which has said this at `initialize`, is ready: opens sessions with the servers that are up, once. */
  begin(params: Readonly<Record<string, unknown>>): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#params = params;
    const { hosts } = this.#options;
    for (const slug of hosts.slugs()) if (hosts.isUp(slug)) this.#greet(slug, false);
  }

  /** Undefined when there is no such server. */
  of(slug: string): Member | undefined {
    const { hosts, client, announcer, idleMs } = this.#options;
    // Asked first, since it ends the sessions of a server that was removed.
    const host = hosts.get(slug);
    const known = this.#members.get(slug);
    if (known || !host || this.#closed) return known;
    const member = new Member({
      host,
      client,
      params: this.#params,
      push: (message) => this.#said(slug, message),
      idleMs,
      onGone: () => {
        if (this.#closed) return;
        this.#members.delete(slug);
        announcer.changed(...member.offers);
      },
      onLate: (list) => announcer.changed(list),
    });
    if (this.#level !== null) member.setLevel(this.#level);
    this.#members.set(slug, member);
    return member;
  }

  /** A server has come up, was replaced, or has gone. */
  changed(slug: string): void {
    if (!this.#begun) return;
    if (this.#options.hosts.isUp(slug)) {
      this.#greet(slug, true);
      return;
    }
    const member = this.#members.get(slug);
    if (member) this.#options.announcer.changed(...member.offers);
  }

  /** This list of every docked server; one that is slow as it was known, one that does not run as empty. */
  async lists(kind: ListKind, { anew }: { anew: boolean }): Promise<Lists> {
    const { hosts, listWaitMs: waitMs } = this.#options;
    const read = hosts.slugs().map(async (slug) => {
      const member = this.of(slug);
      return [slug, member ? await member.list(kind, { anew, waitMs }) : []] as const;
    });
    return new Map(await Promise.all(read));
  }

  /** Carries an errand to a server, and back what it says. Rejects with why it cannot be; a server that starts is waited for. */
  async carry(errand: Errand, member: Member, params: unknown, answer: Change = (message) => message): Promise<void> {
    await member.ready(errand.signal);
    if (errand.ended) return;
    const { signal } = errand;
    const related: Change = (message) => fromServer(member.slug, message);
    const cancel = member.receive({ ...errand.request, params }, errand.through({ related, answer }));
    signal.addEventListener('abort', () => cancel(String(signal.reason)), { once: true });
  }

  setLevel(level: string): void {
    this.#level = level;
    for (const member of this.#members.values()) member.setLevel(level);
  }

  /** The client has answered what some server has asked it: its session knows the id, the others drop it. */
  answer(message: JsonRpcMessage): void {
    this.notify(message);
  }

  /** Tells every server what concerns it if it asks this client. */
  notify(message: JsonRpcMessage): void {
    for (const member of this.#members.values()) member.receive(message, nowhere);
  }

  /** As for `answer`: a request did not reach the client. */
  undelivered(message: JsonRpcMessage): void {
    for (const member of this.#members.values()) member.undelivered(message);
  }

  get mayRest(): boolean {
    return [...this.#members.values()].some((member) => member.mayRest);
  }

  async rest(): Promise<void> {
    await Promise.all([...this.#members.values()].filter(({ mayRest }) => mayRest).map((member) => member.rest()));
  }

  async drained(): Promise<void> {
    await settlesWithin(DRAIN_MS, Promise.all([...this.#members.values()].map((member) => member.drained())));
  }

  close(cause: BerthError | null): void {
    this.#closed = true;
    for (const member of this.#members.values()) member.close(cause);
    this.#members.clear();
  }

  #greet(slug: string, announce: boolean): void {
    const member = this.of(slug);
    member?.ready().then(
      () => {
        for (const list of member.offers) member.forget(list);
        if (announce) this.#options.announcer.changed(...member.offers);
      },
      // It has gone again; when it comes back, this is tried anew.
      () => {},
    );
  }

  #said(slug: string, message: JsonRpcMessage): void {
    const changed = /^notifications\/(tools|prompts|resources)\/list_changed$/.exec(message.method ?? '')?.[1];
    if (changed === undefined) {
      this.#options.push(slug, fromServer(slug, message));
      return;
    }
    this.#members.get(slug)?.forget(changed as ListName);
    this.#options.announcer.changed(changed as ListName);
  }
}

/** A log line says which server it is of. */
function fromServer(slug: string, message: JsonRpcMessage): JsonRpcMessage {
  if (message.method !== 'notifications/message' || !isRecord(message.params)) return message;
  const { logger } = message.params;
  const named = typeof logger === 'string' && logger !== '' ? `${slug}/${logger}` : slug;
  return { ...message, params: { ...message.params, logger: named } };
}
