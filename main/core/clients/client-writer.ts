import { BerthError } from '../../../contract/errors.ts';
import type { ClientRoute } from '../../../contract/model/client.ts';
import type { PreparedToken } from '../secrets/endpoint-tokens.ts';
import type { ChangeRequest, ClientFileState } from './change-plan.ts';
import type { ClientEntries } from './client-entries.ts';
import type { ClientFiles } from './client-file.ts';
import type { Ownership } from './ownership.ts';
import type { ClientRow } from './registry.ts';
import type { ClientRoutes } from './routes/client-routes.ts';
import type { EntryMaker } from './undo.ts';

/** The endpoint tokens of clients. */
export interface ClientTokens {
  /** A new token for (slug, client), which replaces the former (D23) once the file holds it. */
  readonly prepareToken: (slug: string, clientId: string) => Promise<PreparedToken>;
  readonly revokeToken: (slug: string, clientId: string) => Promise<unknown>;
}

interface WriterParts {
  readonly files: ClientFiles;
  readonly entries: ClientEntries;
  readonly routes: ClientRoutes;
}

/** Makes changes of clients' files together with the tokens that they need and those that they end. */
export class ClientWriter {
  readonly #parts: WriterParts;
  readonly #tokens: ClientTokens;

  constructor(parts: WriterParts, tokens: ClientTokens) {
    this.#parts = parts;
    this.#tokens = tokens;
  }

  /**
   * Plans with entries whose tokens are hidden, and makes the tokens only when all is well. Those that were made for nothing are ended
   * again; those whose entries went, too.
   */
  async write(
    row: ClientRow,
    file: string,
    baseHash: string | null | undefined,
    make: (state: ClientFileState, maker: EntryMaker) => Promise<ChangeRequest>,
  ): Promise<void> {
    const { files, entries } = this.#parts;
    const state = await files.read(row, file);
    const draft = await make(state, entries.rehearsal(row));
    const prepared: PreparedToken[] = [];
    const token = async (slug: string) => {
      const pending = await this.#tokens.prepareToken(slug, row.id);
      prepared.push(pending);
      return pending.token;
    };
    const maker: EntryMaker = {
      token,
      entry: async (slug, via) => entries.entry(row, via, slug, via === 'url' ? await token(slug) : undefined),
    };
    let after: Ownership;
    try {
      after = await files.write(row, file, draft, { baseHash, complete: () => make(state, maker) });
    } catch (error) {
      await Promise.allSettled(prepared.map((token) => token.drop()));
      throw error;
    }
    // Written it is: that a former token lives until the next installation is no reason to say otherwise.
    await Promise.allSettled(prepared.map((token) => token.keep()));
    await this.#endTokens(row, state.ownership, after);
  }

  /** A change that Berth does not write itself. Rejects with `unsupported` for a route on which it can only offer one. */
  async outside(
    row: ClientRow,
    file: string,
    route: Exclude<ClientRoute, 'file'>,
    request: Parameters<ClientRoutes['change']>[2],
  ): Promise<void> {
    if (route !== 'cli') throw onlyOffered(row, route);
    const { files, routes } = this.#parts;
    const { ownership } = await files.read(row, file);
    await routes.change(row, file, request);
    await this.#endTokens(row, ownership, (await files.read(row, file)).ownership);
  }

  /** Ends the tokens of entries that no longer hold one. */
  async #endTokens(row: ClientRow, before: Ownership, after: Ownership): Promise<void> {
    const holders = ({ entries }: Ownership) =>
      entries.filter(({ client, via }) => client === row.id && via === 'url').map(({ slug }) => slug);
    const left = new Set(holders(after));
    for (const slug of holders(before)) if (!left.has(slug)) await this.#tokens.revokeToken(slug, row.id);
  }
}

function onlyOffered(row: ClientRow, route: 'deeplink' | 'mcpb'): BerthError {
  const [what, call] = route === 'mcpb' ? ['bundle', 'clients.bundle'] : ['link', 'clients.link'];
  return new BerthError('unsupported', `${row.title} asks its user about a ${what}.`, {
    hint: `Berth can only make it: \`berth install ${row.id} SLUG --route ${route}\`, ${call}.`,
  });
}
