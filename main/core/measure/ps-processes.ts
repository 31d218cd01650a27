import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessReader, ProcessRow } from './process-row.ts';

/** `ps -o time`: `M:SS.CC` on macOS, `[DD-]HH:MM:SS` on Linux; in seconds. NaN for anything else. */
export function parseCpuTime(text: string): number {
  const parts = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!parts) return Number.NaN;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
}

/** One line of `ps -axo pid=,ppid=,pgid=,rss=,time=`; null for what is none. Resident memory is in KiB there. */
export function parsePsRow(line: string): ProcessRow | null {
  const [pid, parent, group, kibibytes, time] = line.trim().split(/\s+/);
  const row = {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: null,
    start: null,
    cpuSeconds: parseCpuTime(time ?? ''),
    childSeconds: 0,
    memoryBytes: Number(kibibytes) * 1024,
  };
  const numbers = [row.pid, row.parent, row.group, row.cpuSeconds, row.memoryBytes];
  return numbers.every((value) => Number.isFinite(value)) ? row : null;
}

/** Reads all processes with one `ps`: macOS, where there is no `/proc`. */
export class PsProcesses implements ProcessReader {
  async read(): Promise<{ rows: ProcessRow[]; pids: Set<number> }> {
    const { stdout } = await promisify(execFile)('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,rss=,time='], {
      env: { LC_ALL: 'C' },
      timeout: 5_000,
      maxBuffer: 8 * 1024 * 1024,
    });
    const rows = stdout.split('\n').flatMap((line) => parsePsRow(line) ?? []);
    return { rows, pids: new Set(rows.map((row) => row.pid)) };
  }
}
