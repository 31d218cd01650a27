import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { ProcessReader, ProcessRow } from './process-row.ts';

/** What the kernel counts in; both are told to every process in its auxiliary vector. */
export interface KernelUnits {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

const STAT_BYTES = 1024;
/** https://man7.org/linux/man-pages/man3/getauxval.3.html */
const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

/**
 * `/proc/PID/stat` as a row; null for a zombie, which uses nothing, and for what is no such line. `rss` stands there as well as in
 * statm, from the same counters: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function parseStat(text: string, units: KernelUnits): ProcessRow | null {
  // The name in parentheses may hold spaces and parentheses.
  const nameEnd = text.lastIndexOf(')');
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(nameEnd + 2).split(' ');
  const start = fields[19];
  if (nameEnd < 0 || !Number.isInteger(pid) || start === undefined || fields.length < 22) return null;
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const number = (index: number) => Number(fields[index]);
  return {
    pid,
    parent: number(1),
    group: number(2),
    session: number(3),
    start,
    cpuSeconds: (number(11) + number(12)) / units.ticksPerSecond,
    childSeconds: (number(13) + number(14)) / units.ticksPerSecond,
    memoryBytes: number(21) * units.pageBytes,
  };
}

/** The units of the running kernel, from `/proc/self/auxv`; those of nearly every machine where that cannot be read. */
export function parseAuxiliaryVector(vector: Buffer): KernelUnits {
  const found = new Map<bigint, bigint>();
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    found.set(vector.readBigUInt64LE(at), vector.readBigUInt64LE(at + 8));
  }
  return {
    pageBytes: Number(found.get(AT_PAGESZ) ?? 4096n),
    ticksPerSecond: Number(found.get(AT_CLKTCK) ?? 100n),
  };
}

/**
 * Reads `/proc` synchronously: it is memory, never a disk, and the thread pool's round trips for hundreds of files of 300 bytes
 * would cost many times the reading.
 */
export class LinuxProcesses implements ProcessReader {
  readonly #units = unitsOfThisKernel();
  readonly #buffer = Buffer.alloc(STAT_BYTES);

  async read(strangers: ReadonlySet<number>): Promise<{ rows: ProcessRow[]; pids: Set<number> }> {
    const rows: ProcessRow[] = [];
    const pids = new Set<number>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      pids.add(pid);
      if (strangers.has(pid)) continue;
      const row = this.#row(pid);
      if (row) rows.push(row);
    }
    return { rows, pids };
  }

  #row(pid: number): ProcessRow | null {
    let file: number;
    try {
      file = openSync(`/proc/${pid}/stat`, 'r');
    } catch {
      return null;
    }
    try {
      const bytes = readSync(file, this.#buffer, 0, STAT_BYTES, 0);
      return parseStat(this.#buffer.toString('latin1', 0, bytes), this.#units);
    } catch {
      // It ended between the two.
      return null;
    } finally {
      closeSync(file);
    }
  }
}

function unitsOfThisKernel(): KernelUnits {
  try {
    return parseAuxiliaryVector(readFileSync('/proc/self/auxv'));
  } catch {
    return parseAuxiliaryVector(Buffer.alloc(0));
  }
}
