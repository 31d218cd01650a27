import type { ClientWrite } from '../../../contract/model/client.ts';
import type { ClientJournal, JournalLine } from './journal.ts';
import type { ClientRow } from './registry.ts';
import { hashBytes } from './target-file.ts';

/** One write of a client's file, put together from its journal lines. */
export interface RecordedWrite {
  readonly id: string;
  readonly time: string;
  readonly client: string;
  readonly path: string;
  /** The id of the write that it took back. */
  readonly undoes: string | null;
  /** A later write has taken it back. */
  readonly undone: boolean;
  readonly lines: readonly JournalLine[];
}

/** Every write that was not aborted, newest first. */
export async function readHistory(journal: ClientJournal): Promise<RecordedWrite[]> {
  const writes = new Map<string, JournalLine[]>();
  for (const line of await journal.read()) {
    const known = writes.get(line.id);
    if (known) known.push(line);
    else writes.set(line.id, [line]);
  }
  const undone = new Set<string>();
  const history: RecordedWrite[] = [];
  for (const lines of [...writes.values()].reverse()) {
    const [first] = lines;
    if (first === undefined) continue;
    const { id, time, client, path, undoes } = first;
    history.push({ id, time, client, path, undoes, undone: undone.has(id), lines });
    // A write that was taken back has taken nothing back itself.
    if (undoes !== null && !undone.has(id)) undone.add(undoes);
  }
  return history;
}

/** The file as it was before a write; null when there was none. Undefined when its copy is not kept any more, or is damaged. */
export async function textBefore(journal: ClientJournal, write: RecordedWrite): Promise<Buffer | null | undefined> {
  const [first] = write.lines;
  if (first === undefined || first.before === null) return first === undefined ? undefined : null;
  if (first.backup === null) return undefined;
  const bytes = await journal.backup(first.backup);
  return bytes !== null && hashBytes(bytes) === first.before ? bytes : undefined;
}

/** A write as its user sees it. */
export async function describeWrite(
  journal: ClientJournal,
  write: RecordedWrite,
  registry: readonly ClientRow[],
): Promise<ClientWrite> {
  const { id, time, client, path, undoes, undone, lines } = write;
  return {
    id,
    time,
    client,
    title: registry.find((row) => row.id === client)?.title ?? client,
    file: path,
    changes: lines.flatMap(({ action, name }) => (action !== 'aborted' && name !== null ? [{ action, name }] : [])),
    undoes,
    undone,
    final: await whyFinal(journal, write),
  };
}

async function whyFinal(journal: ClientJournal, { undone, lines: [first] }: RecordedWrite): Promise<string | null> {
  if (undone) return 'It was undone.';
  if (first?.owned == null) return 'It was written by an earlier Berth, which did not keep what an undo needs.';
  if (first.before === null) return null;
  const kept = first.backup !== null && (await journal.hasBackup(first.backup));
  return kept ? null : 'The copy of the file from before is not kept any more: the last ten of each file are.';
}
