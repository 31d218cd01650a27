import { BerthError } from '../../../contract/errors.ts';
import type { ClientVia } from '../../../contract/model/client.ts';
import { isCurrent } from './change-plan.ts';
import { buildEntry, entryName, HIDDEN } from './entry.ts';
import type { FoundEntry } from './ownership.ts';
import { type ClientRow, waysOf } from './registry.ts';
import { type BridgeCommand, bridgeEntry, isThisEntry } from './routes/bridge-entry.ts';
import type { EntryMaker } from './undo.ts';

export interface ClientEntriesOptions {
  /** URL of a server's Streamable HTTP endpoint. */
  readonly endpointUrl: (slug: string) => string;
  readonly bridgeCommand: () => BridgeCommand;
}

/** What Berth's entries in clients' files say, as things are now. */
export class ClientEntries {
  readonly #options: ClientEntriesOptions;

  constructor({ endpointUrl, bridgeCommand }: ClientEntriesOptions) {
    this.#options = { endpointUrl, bridgeCommand };
  }

  /** The entry of a server; an entry over the bridge needs no token. */
  entry(row: ClientRow, via: ClientVia, slug: string, token: string | undefined): Record<string, unknown> {
    if (via === 'bridge') return bridgeEntry(row, this.#options.bridgeCommand(), slug).entry;
    const url = this.#options.endpointUrl(slug);
    return buildEntry(row, via, { name: entryName(slug), url, ...(token ? { token } : {}) });
  }

  /** Entries as they will be, but for their tokens. */
  rehearsal(row: ClientRow): EntryMaker {
    return { token: async () => HIDDEN, entry: async (slug, via) => this.entry(row, via, slug, HIDDEN) };
  }

  /** Whether an entry of ours says what it would say if it were written now. */
  isCurrent(row: ClientRow, entry: FoundEntry): boolean {
    const { slug, via, route } = entry.owned;
    if (route === 'file') return isCurrent(entry, this.entry(row, via, slug, HIDDEN));
    return isThisEntry(entry.value, bridgeEntry(row, this.#options.bridgeCommand(), slug));
  }
}

/** The way that was asked for, or the row's own. Throws `unsupported` for one that the client does not know. */
export function chosenWay(row: ClientRow, wanted: ClientVia | undefined): ClientVia {
  if (wanted === undefined) return row.via;
  if (waysOf(row).includes(wanted)) return wanted;
  const words = wanted === 'url' ? 'by URL' : 'over the bridge';
  throw new BerthError('unsupported', `${row.title} cannot be installed ${words}.`, {
    hint: `Leave --via out: ${row.title} only knows the other way.`,
  });
}
