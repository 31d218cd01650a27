import { BerthError } from '../../../../contract/errors.ts';
import type { ClientLink } from '../../../../contract/model/client.ts';
import type { ClientFileState } from '../change-plan.ts';
import type { ClientFiles } from '../client-file.ts';
import type { ClientRow } from '../registry.ts';
import type { BridgeEntry } from './bridge-entry.ts';
import { fillText } from './entry-template.ts';
import { olderEntry, type WantedEntry, withAwaited } from './outside-plan.ts';

/** How long Berth waits for somebody to confirm a link in the client. */
const AWAITED_FOR_MS = 60 * 60_000;

/** One link for each entry that is not there yet. Throws `conflict` for an older one of ours. */
export function linksFor(row: ClientRow, wanted: readonly WantedEntry[]): ClientLink[] {
  return dueEntries(row, wanted).map((entry) => ({
    slug: entry.slug,
    name: entry.name,
    title: `Add ${entry.name} to ${row.title}`,
    url: fillText(linkTemplate(row), entry),
  }));
}

/**
 * Answers the links and puts on record that their entries may come: the client writes them when its user says so. Rejects as
 * `wantedEntries` and `linksFor` do.
 */
export async function expectLinks(
  files: ClientFiles,
  row: ClientRow,
  file: string,
  seen: boolean,
  plan: (state: ClientFileState) => WantedEntry[],
): Promise<ClientLink[]> {
  let links: ClientLink[] = [];
  await files.outside(row, file, async ({ read, keep, now }) => {
    const state = await read();
    const wanted = plan(state);
    links = linksFor(row, wanted);
    const until = new Date(now().getTime() + AWAITED_FOR_MS);
    if (links.length > 0)
      await keep(withAwaited(row, state, dueEntries(row, wanted), { route: 'deeplink', seen, until }));
  });
  return links;
}

/** Why there are no links for this client; null when there are. Undefined where nobody has ever heard of one. */
export function whyNoLink(row: ClientRow): string | null | undefined {
  if (row.deeplink === undefined) return undefined;
  if (typeof row.deeplink !== 'string') return row.deeplink.why;
  return row.entries.stdio === undefined ? `${row.title} cannot start the bridge.` : null;
}

function dueEntries(row: ClientRow, wanted: readonly WantedEntry[]): BridgeEntry[] {
  const older = wanted.find(({ there }) => there === 'older');
  if (older) throw olderEntry(row, older.entry);
  return wanted.filter(({ there }) => there === 'nothing').map(({ entry }) => entry);
}

function linkTemplate({ title, deeplink }: ClientRow): string {
  if (typeof deeplink === 'string') return deeplink;
  throw new BerthError('unsupported', `There are no links for ${title}.`);
}
