import { BerthError } from '../../../contract/errors.ts';
import type { GuardLevel, GuardRules } from '../../../contract/model/guard.ts';
import { isListed, type ToolClaim } from './guard.ts';
import { isRecord } from './json-rpc.ts';
import type { Link } from './link.ts';

const TIMEOUT_MS = 30_000;
const MAX_PAGES = 100;
/** A server that announces a change with every list is believed after so many. */
const MAX_READS = 3;

/**
 * What one backend says about its tools, asked when the guard first needs it and again after `tools/list_changed`. Taken only
 * from the server itself. A name that is listed twice counts as read-only when every entry says so.
 */
export class ToolClaims {
  readonly #link: Link;
  #known: Promise<ReadonlyMap<string, ToolClaim>> | null = null;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Null when the server lists no such tool. Rejects with a BerthError when it does not answer. */
  async of(tool: string): Promise<ToolClaim | null> {
    let claims: ReadonlyMap<string, ToolClaim> = new Map();
    for (let attempt = 0; attempt < MAX_READS; attempt += 1) {
      this.#known ??= this.#read();
      const asked = this.#known;
      claims = await asked.catch((error: unknown) => {
        if (this.#known === asked) this.#known = null;
        throw error;
      });
      // Else the list changed while it was read, and what was read may be the old one.
      if (this.#known === asked) break;
    }
    return claims.get(tool) ?? null;
  }

  forget(): void {
    this.#known = null;
  }

  async #read(): Promise<ReadonlyMap<string, ToolClaim>> {
    const claims = new Map<string, ToolClaim>();
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const result = await this.#link.ask('tools/list', cursor === undefined ? {} : { cursor }, TIMEOUT_MS);
      for (const [name, claim] of claimsIn(result)) {
        claims.set(name, { readOnlyHint: claim.readOnlyHint && (claims.get(name)?.readOnlyHint ?? true) });
      }
      cursor = result['nextCursor'];
      if (cursor === undefined || cursor === null || cursor === '') return claims;
    }
    throw new BerthError('protocol', `The server's list of tools has more than ${MAX_PAGES} pages.`);
  }
}

/** The claims of one `tools/list` result. Entries without a name are left out. */
export function claimsIn(result: unknown): [string, ToolClaim][] {
  const tools = isRecord(result) ? result['tools'] : undefined;
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool: unknown): [string, ToolClaim][] => {
    if (!isRecord(tool) || typeof tool['name'] !== 'string') return [];
    return [[tool['name'], claimOf(tool)]];
  });
}

/** What a tool's own entry claims. */
export function claimOf(tool: Record<string, unknown>): ToolClaim {
  const annotations = tool['annotations'];
  return { readOnlyHint: isRecord(annotations) && annotations['readOnlyHint'] === true };
}

/** A page of tools without those that the guard would never let through. */
export function listedTools(result: unknown, level: GuardLevel, rules: GuardRules): unknown {
  if (!isRecord(result) || !Array.isArray(result['tools'])) return result;
  const tools = result['tools'].filter(
    (tool: unknown) =>
      isRecord(tool) && typeof tool['name'] === 'string' && isListed(tool['name'], claimOf(tool), level, rules),
  );
  return { ...result, tools };
}
