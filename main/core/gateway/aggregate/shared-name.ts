import { createHash } from 'node:crypto';

/** What AI models' APIs take as the name of a tool. */
const MAX_LENGTH = 64;
const BETWEEN = '__';
/** What every client takes; MCP recommends the same: https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-names */
const foreign = /[^A-Za-z0-9_.-]/g;
const HASH_LENGTH = 8;
/** How a name ends that does not say everything. No other name ends so. */
const hashed = /_[0-9a-f]{8}$/;

/**
 * The name of a server's tool or prompt on the endpoint of all servers (D4): `SLUG__NAME`. One that is too long, or has characters that
 * clients refuse, is cut and ends with a hash of the whole. It depends on these two alone, so it is the same in every session.
 */
export function sharedName(slug: string, name: string): string {
  const whole = `${slug}${BETWEEN}${name}`;
  if (whole.length <= MAX_LENGTH && whole.search(foreign) < 0 && !hashed.test(whole)) return whole;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${whole.replace(foreign, '_').slice(0, MAX_LENGTH - HASH_LENGTH - 1)}_${hash}`;
}

/** What a shared name says by itself: whose it is, and the server's own name for it; null where only the server's list tells. */
export function partsOf(shared: string): { slug: string; name: string | null } | null {
  // No slug has an underscore (D1), so the first two end it.
  const end = shared.indexOf(BETWEEN);
  if (end <= 0) return null;
  return { slug: shared.slice(0, end), name: hashed.test(shared) ? null : shared.slice(end + BETWEEN.length) };
}
