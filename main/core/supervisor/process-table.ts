import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What tells one process from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Never the same for two processes with one pid; holds the boot as well, where ticks count from it. */
  readonly startTime: string;
  readonly executable: string;
}

/** The fields that matter of `/proc/PID/stat`: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export interface ProcStat {
  readonly state: string;
  readonly group: number;
  /** Clock ticks since boot. */
  readonly startTicks: string;
}

/** The name in parentheses may hold spaces and parentheses, so fields count from the last one. Null for what is no such line. */
export function parseProcStat(text: string): ProcStat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startTicks = fields[19];
  if (state === undefined || group === undefined || startTicks === undefined || !/^\d+$/.test(startTicks)) return null;
  return { state, group: Number(group), startTicks };
}

/** `ps -o lstart= -o comm=`: 24 characters of date in the C locale, then the executable. Null when the process does not exist. */
export function parsePs(pid: number, text: string): ProcessIdentity | null {
  const line = text.trim();
  const startTime = line.slice(0, 24);
  const executable = line.slice(24).trim();
  return executable === '' || Number.isNaN(Date.parse(startTime)) ? null : { pid, startTime, executable };
}

/** Who has this pid now; null when nobody (or a zombie) has it, or when this platform cannot tell. */
export async function identifyProcess(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<ProcessIdentity | null> {
  try {
    if (platform === 'linux') return await identifyOnLinux(pid);
    if (platform === 'win32') return null;
    const { stdout } = await promisify(execFile)('/bin/ps', ['-o', 'lstart=', '-o', 'comm=', '-p', String(pid)], {
      env: { LC_ALL: 'C' },
      timeout: 5_000,
    });
    return parsePs(pid, stdout);
  } catch {
    return null;
  }
}

async function identifyOnLinux(pid: number): Promise<ProcessIdentity | null> {
  const [stat, executable, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'latin1'),
    readlink(`/proc/${pid}/exe`),
    readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
  ]);
  const parsed = parseProcStat(stat);
  if (!parsed || parsed.state === 'Z' || parsed.state === 'X') return null;
  // An update may have replaced the file meanwhile; it is still the same process.
  return { pid, startTime: `${boot.trim()}/${parsed.startTicks}`, executable: executable.replace(/ \(deleted\)$/, '') };
}

/** Whether the group has a member that is more than a zombie, which only its parent could remove. */
export async function groupIsAlive(group: number, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  if (platform !== 'linux') return true;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')));
  return stats.some((text) => {
    const stat = parseProcStat(text);
    return stat !== null && stat.group === group && stat.state !== 'Z' && stat.state !== 'X';
  });
}
