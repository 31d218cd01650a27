import type { BerthError } from '../../../contract/errors.ts';
import type { HttpSession } from './http-session.ts';

/** The sessions over HTTP, found by id. Idle ones are collected; when there are too many, the longest idle one gives way. */
export class SessionStore {
  readonly #sessions = new Map<string, HttpSession>();
  readonly #maxSessions: number;
  readonly #idleMs: number;
  readonly #restMs: number;

  constructor(limits: { maxSessions: number; idleSessionMs: number; restMs: number }) {
    this.#maxSessions = limits.maxSessions;
    this.#idleMs = limits.idleSessionMs;
    this.#restMs = limits.restMs;
  }

  /** The session with this id, if it is of this slug and this client: a session id is no credential. */
  get(id: string, slug: string, client: string): HttpSession | undefined {
    const found = this.#sessions.get(id);
    return found?.session.slug === slug && found.session.client === client ? found : undefined;
  }

  has(session: HttpSession): boolean {
    return this.#sessions.get(session.id) === session;
  }

  /** False when all places are taken by sessions in use. */
  add(session: HttpSession): boolean {
    if (this.#sessions.size >= this.#maxSessions && !this.#makeRoom()) return false;
    this.#sessions.set(session.id, session);
    return true;
  }

  remove(session: HttpSession, cause: BerthError | null = null): void {
    if (this.#sessions.delete(session.id)) session.close(cause);
  }

  /** Ends the sessions that this client has, with whatever is open in them. */
  removeOf(client: string, cause: BerthError): void {
    for (const session of [...this.#sessions.values()]) {
      if (session.session.client === client) this.remove(session, cause);
    }
  }

  /** Ends all sessions. */
  clear(cause: BerthError): void {
    for (const session of [...this.#sessions.values()]) this.remove(session, cause);
  }

  /** Collects what has been idle too long, and ends what only idle ones need; signs of life for the others. */
  sweep(now: number): void {
    for (const session of [...this.#sessions.values()]) {
      const idle = session.idleMs(now) ?? 0;
      if (idle > this.#idleMs) this.remove(session);
      else if (idle > this.#restMs && session.session.mayRest) void session.session.rest();
      else session.signsOfLife();
    }
  }

  #makeRoom(): boolean {
    const now = Date.now();
    let longest: HttpSession | null = null;
    let longestMs = -1;
    for (const session of this.#sessions.values()) {
      const idle = session.idleMs(now) ?? -1;
      if (idle <= longestMs) continue;
      longest = session;
      longestMs = idle;
    }
    if (!longest) return false;
    this.remove(longest);
    return true;
  }
}
