import { setTimeout as sleep } from 'node:timers/promises';
import type { LogSink } from '../logs/log-sink.ts';
import type { LedgerEntry } from './ledger.ts';
import { groupIsAlive, identifyProcess, type ProcessIdentity } from './process-table.ts';

export interface KeptProcess {
  readonly entry: LedgerEntry;
  readonly reason: string;
}

/** What was found of an earlier Berth's processes. `gone` had ended by themselves. */
export interface ReapReport {
  readonly reaped: LedgerEntry[];
  readonly kept: KeptProcess[];
  readonly gone: LedgerEntry[];
}

/** What is proven about an entry, from who has its pid and its owner's pid now. Anything in doubt is kept (fails closed). */
export function judgeOrphan(
  entry: LedgerEntry,
  now: ProcessIdentity | null,
  owner: ProcessIdentity | null,
): 'orphan' | 'gone' | { kept: string } {
  if (now === null || now.startTime !== entry.startTime) return 'gone';
  if (owner !== null && owner.startTime === entry.owner.startTime)
    return { kept: 'the Berth that started it still runs' };
  if (now.executable !== entry.executable) {
    return { kept: `it runs ${now.executable} now, and Berth had started ${entry.executable}` };
  }
  return 'orphan';
}

/** Ends the process groups that are proven to be left over from a Berth that is no more: SIGTERM, then SIGKILL after `graceMs`. */
export async function reapOrphans(entries: readonly LedgerEntry[], graceMs: number): Promise<ReapReport> {
  const report: ReapReport = { reaped: [], kept: [], gone: [] };
  await Promise.all(
    entries.map(async (entry) => {
      const [now, owner] = await Promise.all([identifyProcess(entry.pid), identifyProcess(entry.owner.pid)]);
      const verdict = judgeOrphan(entry, now, owner);
      if (verdict === 'gone') report.gone.push(entry);
      else if (typeof verdict === 'object') report.kept.push({ entry, reason: verdict.kept });
      else if (await endGroup(entry.pid, graceMs)) report.reaped.push(entry);
      else report.kept.push({ entry, reason: 'it could not be ended' });
    }),
  );
  return report;
}

/** What was done to whose process, for the user to read. */
export function logReapReport(report: ReapReport, logs: LogSink): void {
  const say = (slug: string, text: string) => logs.append({ slug, stream: 'event', level: 'warn', text });
  for (const { slug, executable, pid } of report.reaped) {
    say(slug, `Ended ${executable} (pid ${pid}), which an earlier Berth had left running.`);
  }
  for (const { entry, reason } of report.kept) {
    say(entry.slug, `Left ${entry.executable} (pid ${entry.pid}) of an earlier Berth alone: ${reason}.`);
  }
}

async function endGroup(group: number, graceMs: number): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-group, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') return false;
    }
    const until = performance.now() + graceMs;
    while (performance.now() < until) {
      if (!(await groupIsAlive(group))) return true;
      await sleep(20);
    }
  }
  return !(await groupIsAlive(group));
}
