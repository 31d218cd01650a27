import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { bearerToken } from './http-rules.ts';
import type { TokenVerifier } from './ports.ts';

/** So long a connection counts as one whose token was looked at: the time of last use is kept no finer. In ms. */
const FRESH_MS = 1_000;

interface Known {
  readonly slug: string;
  readonly authorization: string;
  readonly client: string;
  readonly revision: number;
  readonly at: number;
}

/**
 * Whose token a request carries. A kept connection that sends the same one again is not asked for it anew within a second, unless tokens
 * have changed: to hash a token for each call costs as much as to carry the call. What a connection has proven helps no other.
 */
export class KnownCallers {
  readonly #tokens: TokenVerifier;
  readonly #known = new WeakMap<Socket, Known>();

  constructor(tokens: TokenVerifier) {
    this.#tokens = tokens;
  }

  /** The token's name; undefined when it is missing or not valid for this slug. */
  clientOf(slug: string, { headers, socket }: IncomingMessage): string | undefined {
    const { authorization } = headers;
    const { revision } = this.#tokens;
    const now = performance.now();
    const known = this.#known.get(socket);
    if (
      known?.slug === slug &&
      known.authorization === authorization &&
      known.revision === revision &&
      now - known.at < FRESH_MS
    ) {
      return known.client;
    }
    const token = bearerToken(authorization);
    const client = token === undefined ? undefined : this.#tokens.verify(slug, token)?.name;
    if (client !== undefined && authorization !== undefined) {
      this.#known.set(socket, { slug, authorization, client, revision, at: now });
    }
    return client;
  }
}
