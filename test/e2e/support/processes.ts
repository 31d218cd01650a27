import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Processes that belong to a sandbox folder: they have it in their command line, environment or working folder. It finds
 * those too that left their process group or lost their parent. Zombies do not count.
 */
export function processesOf(root: string): RunningProcess[] {
  return process.platform === 'linux' ? fromProc(root) : fromPs(root);
}

/** Whether a process with this id runs (not a zombie). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || stateOf(pid) !== 'Z';
}

/** Resolves when `condition` holds; looks every 25 ms because processes announce nothing. False after `timeoutMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

function fromProc(root: string): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const command = readOrEmpty(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
    const environment = readOrEmpty(() => readFileSync(`/proc/${pid}/environ`, 'utf8'));
    const folder = readOrEmpty(() => readlinkSync(`/proc/${pid}/cwd`));
    if (![command, environment, folder].some((text) => text.includes(root))) continue;
    if (stateOf(pid) !== 'Z') found.push({ pid, command });
  }
  return found;
}

/** A process may end while it is looked at, and another user's cannot be read: neither belongs to the sandbox. */
function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function stateOf(pid: number): string {
  // The name in parentheses may hold anything: the state follows the last ")".
  const stat = readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) || 'Z';
}

function fromPs(root: string): RunningProcess[] {
  const lines = execFileSync('ps', ['-axeww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    const pid = Number(match?.[1]);
    return match?.[2]?.includes(root) && pid !== process.pid ? [{ pid, command: match[2] }] : [];
  });
}
