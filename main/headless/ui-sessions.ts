import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const CODE_LIFETIME_MS = 10 * 60_000;
const MAX_SESSIONS = 100;

/**
 * Who may use the window in a browser: a one-time code from the terminal is traded for a session cookie. All of it lives in
 * memory, so that a restart ends every session.
 */
export class UiSessions {
  readonly cookieName: string;
  readonly #now: () => number;
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Set<string>();

  /** Cookies ignore ports, so their name carries the instance. */
  constructor(instance: string, now: () => number = Date.now) {
    this.cookieName = `berth-${instance}`;
    this.#now = now;
  }

  /** A code that opens one session within ten minutes. */
  mintCode(): string {
    const code = randomBytes(32).toString('base64url');
    this.#codes.set(digest(code), this.#now() + CODE_LIFETIME_MS);
    return code;
  }

  /** The `Set-Cookie` value for a code that is good, once; null otherwise. */
  redeem(code: string): string | null {
    const key = digest(code);
    const expires = this.#codes.get(key);
    this.#codes.delete(key);
    if (expires === undefined || expires < this.#now()) return null;
    const session = randomBytes(32).toString('base64url');
    this.#sessions.add(digest(session));
    if (this.#sessions.size > MAX_SESSIONS) {
      const oldest = this.#sessions.values().next().value;
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    return `${this.cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Whether a `Cookie` header carries one of our sessions; compared in constant time. */
  isOpen(cookieHeader: string | undefined): boolean {
    const value = cookieHeader
      ?.split(';')
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${this.cookieName}=`))
      ?.slice(this.cookieName.length + 1);
    if (!value) return false;
    const given = Buffer.from(digest(value));
    let found = false;
    for (const session of this.#sessions) found = timingSafeEqual(Buffer.from(session), given) || found;
    return found;
  }
}

function digest(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
