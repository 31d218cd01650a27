import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

interface Verifier {
  readonly revision: number;
  verify(slug: string, token: string): { name: string } | undefined;
}

/**
 * Tokens for Berth's own callers (inspector, CLI, doctor), which go through the gateway like every client. They live for one
 * run and open every server; all other tokens are asked of the verifier behind.
 */
export class InternalTokens implements Verifier {
  readonly #behind: Verifier;
  readonly #byName = new Map<string, { token: string; hash: Buffer }>();

  constructor(behind: Verifier) {
    this.#behind = behind;
  }

  /** Of the tokens behind: its own are never taken back. */
  get revision(): number {
    return this.#behind.revision;
  }

  /** The token of this caller for this run. */
  tokenOf(who: string): string {
    const known = this.#byName.get(who);
    if (known) return known.token;
    const token = randomBytes(32).toString('base64url');
    this.#byName.set(who, { token, hash: digest(token) });
    return token;
  }

  verify(slug: string, token: string): { name: string } | undefined {
    const given = digest(token);
    let found: string | undefined;
    for (const [name, known] of this.#byName) if (timingSafeEqual(known.hash, given)) found = name;
    return found === undefined ? this.#behind.verify(slug, token) : { name: found };
  }
}

function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
