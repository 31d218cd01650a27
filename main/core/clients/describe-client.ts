import { toErrorInfo } from '../../../contract/errors.ts';
import type { Client } from '../../../contract/model/client.ts';
import type { ClientEntries } from './client-entries.ts';
import type { ClientFiles } from './client-file.ts';
import type { ClientPlaces } from './client-places.ts';
import { placeWarnings } from './describe-change.ts';
import type { ClientLocation, Presence } from './locate.ts';
import type { FoundEntry } from './ownership.ts';
import { type ClientRow, rowAt, waysOf } from './registry.ts';
import type { ClientRoutes } from './routes/client-routes.ts';
import { installedBundles } from './routes/installed-bundles.ts';
import type { Sighting } from './sightings.ts';
import type { WriteGate } from './write-gate.ts';

export interface DescriptionSources {
  readonly places: ClientPlaces;
  readonly files: ClientFiles;
  readonly routes: ClientRoutes;
  readonly entries: ClientEntries;
  readonly gate: WriteGate;
  readonly seen: (client: string) => Sighting | null;
}

/** Everything that Berth knows of a client now; null where it has no place on this platform. Never rejects for a file that cannot be read. */
export async function describeClient(row: ClientRow, sources: DescriptionSources): Promise<Client | null> {
  const { places, routes, gate } = sources;
  const place = await places.locate(row);
  if (place === null) return null;
  const here = rowAt(row, place.via);
  const presence = await places.presence(row);
  const sighting = sources.seen(row.id);
  const bundles = await installedBundles(row, place.file);
  return {
    id: row.id,
    title: row.title,
    application: presence,
    running: row.rewrites ? (await gate.blocking(row)) !== null : null,
    file: place.file,
    otherFiles: place.others.map(({ file }) => file),
    bundles,
    connectedAt: sighting?.at ?? null,
    connectedAs: sighting?.as ?? null,
    queued: queuedIn(gate, row),
    warnings: placeWarnings(row, place),
    verifiedAt: row.verifiedAt,
    doubts: row.doubts,
    evidence: row.evidence,
    reload: row.reload,
    via: here.via,
    ways: waysOf(here),
    routes: await routes.of(here),
    ...(await stateIn(row, place, { presence, bundles }, sources)),
  };
}

async function stateIn(
  row: ClientRow,
  place: ClientLocation,
  about: { readonly presence: Presence; readonly bundles: Client['bundles'] },
  { files, entries }: DescriptionSources,
): Promise<Pick<Client, 'state' | 'entries' | 'error'>> {
  try {
    const { found, settled } = await files.read(row, place.file);
    if (settled) await files.adopt(row, place.file).catch(() => undefined);
    const shown = found.map((entry) => {
      // Still as we wrote it, but the endpoint or the bridge has moved since: installing again repairs it.
      const { slug, via } = entry.owned;
      const stale = entry.state === 'installed' && !entries.isCurrent(row, entry);
      return { slug, name: entry.name, via, state: stale ? ('outdated' as const) : entry.state };
    });
    return { state: stateOf(found, shown, about), entries: shown, error: null };
  } catch (error) {
    return { state: 'unreadable', entries: [], error: toErrorInfo(error) };
  }
}

function stateOf(
  entries: readonly FoundEntry[],
  all: Client['entries'],
  { presence, bundles }: { readonly presence: Presence; readonly bundles: Client['bundles'] },
): Client['state'] {
  const shown = all.filter(({ state }) => state !== 'awaited');
  if (shown.length === 0 && bundles.length === 0) return presence === 'absent' ? 'absent' : 'available';
  if (shown.length === 0) return 'installed';
  if (shown.every(({ state }) => state === 'missing')) return 'wiped';
  if (shown.some(({ state }) => state !== 'installed')) return 'changed';
  return presence !== 'found' && entries.some(({ owned }) => owned.seen) ? 'orphaned' : 'installed';
}

function queuedIn(gate: WriteGate, row: ClientRow): Client['queued'] {
  const waiting = gate.waiting(row.id);
  if (waiting === null) return null;
  const { action, slugs, since, problem } = waiting;
  return { action, slugs, since, problem };
}
