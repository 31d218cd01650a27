import { randomUUID } from 'node:crypto';
import { BerthError } from '../../../../contract/errors.ts';
import type { ClientFileState } from '../change-plan.ts';
import type { ClientFiles, OutsideFile } from '../client-file.ts';
import { hashEntry } from '../entry.ts';
import type { JournalLine } from '../journal.ts';
import type { ClientRow } from '../registry.ts';
import { type BridgeEntry, isThisEntry } from './bridge-entry.ts';
import { fillArguments } from './entry-template.ts';
import { goingEntries, type WantedEntry, withAwaited, withoutAwaited } from './outside-plan.ts';

/** A change by the vendor's command: what is run, in this order, and what the file has to say afterwards. */
export interface CliPlan {
  readonly commands: readonly (readonly string[])[];
  readonly coming: readonly BridgeEntry[];
  readonly going: readonly { readonly slug: string; readonly name: string }[];
  /** Servers of which the record says something, and the file nothing. */
  readonly forgotten: readonly string[];
}

/** Commands that put the entries in; one that is there already needs none. Vendors refuse a name that is taken, so an older one goes first. */
export function planCliInstall(row: ClientRow, program: string, wanted: readonly WantedEntry[]): CliPlan {
  const { cli } = row;
  const due = wanted.filter(({ there }) => there !== 'same');
  const commands = due.flatMap(({ entry, there }) => [
    ...(there === 'older' && cli?.remove ? [[program, ...fillArguments(cli.remove, entry)]] : []),
    [program, ...fillArguments(cli?.add ?? [], entry)],
  ]);
  return { commands, coming: due.map(({ entry }) => entry), going: [], forgotten: [] };
}

/** Commands that take entries out. Rejects as `goingEntries` does, and with `unsupported` where the vendor's command cannot. */
export function planCliRemoval(
  row: ClientRow,
  program: string,
  state: ClientFileState,
  slugs: readonly string[],
  build: (slug: string, name: string) => BridgeEntry,
): CliPlan {
  const remove = row.cli?.remove;
  if (remove === undefined) {
    throw new BerthError('unsupported', `The command ${row.cli?.program ?? program} cannot take an entry out.`, {
      hint: 'Let Berth edit the file: --route file.',
    });
  }
  const found = goingEntries(row, state, slugs);
  const there = found.filter(({ value }) => value !== undefined);
  return {
    commands: there.map(({ owned, name }) => [program, ...fillArguments(remove, build(owned.slug, name))]),
    coming: [],
    going: there.map(({ owned, name }) => ({ slug: owned.slug, name })),
    forgotten: found.filter(({ value }) => value === undefined).map(({ owned }) => owned.slug),
  };
}

export interface CliChange {
  readonly row: ClientRow;
  readonly file: string;
  readonly baseHash: string | null | undefined;
  readonly seen: boolean;
  readonly plan: (state: ClientFileState) => CliPlan;
  readonly run: (argv: readonly string[]) => Promise<void>;
}

/** A killed Berth leaves a record that waits for what the command may still write; not for longer. */
const KEPT_FOR_MS = 60_000;

/**
 * Runs the commands under the file's lock and then reads the file: what has come is ours, as it stands there, with a backup and
 * journal lines as for a write of our own. Rejects with the command's failure, with `protocol` when the file does not say what it
 * was asked to say, and with `conflict` when it is not what the caller saw.
 */
export async function changeByCommand(files: ClientFiles, change: CliChange): Promise<void> {
  const { row, file, run } = change;
  await files.outside(row, file, async (target) => {
    const { state, backup } = await target.begin(change.baseHash);
    const plan = change.plan(state);
    if (plan.commands.length === 0) return await target.keep(without(state, row, new Set(plan.forgotten)));
    if (plan.coming.length > 0) {
      const until = new Date(target.now().getTime() + KEPT_FOR_MS);
      await target.keep(withAwaited(row, state, plan.coming, { route: 'cli', seen: change.seen, until }));
    }
    let failure: unknown = null;
    try {
      for (const command of plan.commands) await run(command);
    } catch (error) {
      failure = error;
    }
    const after = await settle(files, target, { row, state, plan, backup });
    if (failure !== null) throw failure;
    requireDone(row, plan, after);
  });
}

/** What is true now goes into the record and the journal, whether the command succeeded or not. */
async function settle(
  files: ClientFiles,
  target: OutsideFile,
  { row, state, plan, backup }: { row: ClientRow; state: ClientFileState; plan: CliPlan; backup: string | null },
): Promise<ClientFileState> {
  const after = await target.read();
  const coming = new Set(plan.coming.map(({ slug }) => slug));
  const gone = new Set([
    ...plan.forgotten,
    ...plan.going.filter(({ name }) => !after.entries.has(name)).map(({ slug }) => slug),
  ]);
  const record = withoutAwaited(row, after.ownership, state.ownership, coming);
  await target.keep({
    ...record,
    entries: record.entries.filter((owned) => owned.client !== row.id || !gone.has(owned.slug)),
  });
  if (after.snapshot.hash !== state.snapshot.hash) {
    await files.journal.append(linesOf(row, plan, { state, after, backup, time: target.now() }));
  }
  return after;
}

function linesOf(
  row: ClientRow,
  plan: CliPlan,
  { state, after, backup, time }: { state: ClientFileState; after: ClientFileState; backup: string | null; time: Date },
): JournalLine[] {
  const id = randomUUID();
  const { snapshot, ownership } = state;
  const changes = [
    ...plan.coming.map((entry) => ({ ...entry, action: 'set' as const })),
    ...plan.going.map((entry) => ({ ...entry, action: 'remove' as const })),
  ];
  return changes.map(({ action, slug, name }, index) => ({
    id,
    time: time.toISOString(),
    client: row.id,
    path: after.snapshot.path,
    action,
    name,
    slug,
    before: snapshot.hash,
    after: after.snapshot.hash,
    entry: after.entries.has(name) ? hashEntry(after.entries.get(name)) : null,
    backup,
    mode: snapshot.bytes === null ? null : snapshot.mode,
    owned: index === 0 ? ownership : null,
    undoes: null,
  }));
}

/** The proof: the file was read after the command, and says what it was asked to say. */
function requireDone(row: ClientRow, plan: CliPlan, after: ClientFileState): void {
  const { path } = after.snapshot;
  const program = row.cli?.program ?? row.title;
  for (const entry of plan.coming) {
    if (isThisEntry(after.entries.get(entry.name), entry)) continue;
    throw after.entries.has(entry.name)
      ? new BerthError(
          'protocol',
          `${program} wrote another entry "${entry.name}" into ${path} than it was asked for.`,
          {
            hint: 'Look at that entry and remove it, then let Berth edit the file: --route file.',
          },
        )
      : new BerthError('protocol', `${program} ended without an error, but ${path} has no entry "${entry.name}".`, {
          hint: 'It may have written to another place. Let Berth edit the file: --route file.',
        });
  }
  const left = plan.going.find(({ name }) => after.entries.has(name));
  if (left === undefined) return;
  throw new BerthError('protocol', `${program} ended without an error, but "${left.name}" still stands in ${path}.`, {
    hint: 'Let Berth edit the file: --route file.',
  });
}

function without({ ownership }: ClientFileState, row: ClientRow, slugs: ReadonlySet<string>) {
  return {
    ...ownership,
    entries: ownership.entries.filter((owned) => owned.client !== row.id || !slugs.has(owned.slug)),
  };
}
