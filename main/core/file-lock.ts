import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BerthError } from '../../contract/errors.ts';

export interface FileLockOptions {
  /** How long to wait for the others, in ms. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const POLL_MS = 5;
/** After this long a ticket of another machine, whose processes cannot be looked up, counts as left behind. In ms. */
const FOREIGN_MS = 60_000;

/**
 * Runs `work` while no other Berth process holds the lock of this name. The lock is Lamport's bakery with files: everyone takes a
 * numbered ticket of a name that is used once, and the lowest live ticket has its turn. A ticket is never taken over, so one that
 * a killed process left can be removed by anyone at any time without ever removing a live one, which a lock file with a fixed
 * name cannot promise. Rejects with `conflict` when the others take too long.
 */
export async function withFileLock<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  options: FileLockOptions = {},
): Promise<T> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true, mode: 0o700 });
  const owner = `${process.pid}-${await startTime(process.pid)}-${machine()}-${randomBytes(6).toString('hex')}`;
  const ticket = await takeTicket(place, owner);
  try {
    await waitForTurn(place, ticket, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    return await work();
  } finally {
    await rm(join(place, ticket), { force: true });
  }
}

async function takeTicket(place: string, owner: string): Promise<string> {
  const choosing = join(place, `choosing-${owner}`);
  // The sign stays until the ticket is there: who sees neither may be sure that this ticket will be higher than theirs.
  await (await open(choosing, 'wx', 0o600)).close();
  try {
    const highest = Math.max(0, ...(await readdir(place)).map(numberOf));
    const ticket = `${String(highest + 1).padStart(12, '0')}-${owner}`;
    await (await open(join(place, ticket), 'wx', 0o600)).close();
    return ticket;
  } finally {
    await rm(choosing, { force: true });
  }
}

async function waitForTurn(place: string, ticket: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const choosing = await liveOnes(place, (name) => name.startsWith('choosing-'));
    const before =
      choosing.length > 0 ? choosing : await liveOnes(place, (name) => numberOf(name) > 0 && name < ticket);
    if (before.length === 0) return;
    if (Date.now() > deadline) {
      throw new BerthError('conflict', 'Another Berth holds what this one waits for, and does not let go.', {
        hint: 'Look for a second Berth of this user, end it, and try again.',
        details: { pid: Number(before[0]?.split('-')[1]) },
      });
    }
    await delay(POLL_MS);
  }
}

/** Files of live processes; those of dead ones are removed. */
async function liveOnes(place: string, wanted: (name: string) => boolean): Promise<string[]> {
  const live: string[] = [];
  for (const name of (await readdir(place)).filter(wanted)) {
    if (await isLive(place, name)) live.push(name);
    else await rm(join(place, name), { force: true });
  }
  return live;
}

async function isLive(place: string, name: string): Promise<boolean> {
  const [, pid = '', started = '', where = ''] = name.split('-');
  if (where !== machine()) {
    const found = await stat(join(place, name)).catch(() => null);
    return found !== null && Date.now() - found.mtimeMs < FOREIGN_MS;
  }
  return isRunning(Number(pid)) && (started === 'x' || (await startTime(Number(pid))) === started);
}

function numberOf(name: string): number {
  return /^\d+-/.test(name) ? Number.parseInt(name, 10) : 0;
}

/** Whether a process of this id exists, also one of another user. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When the process began, in clock ticks since boot (Linux), so that a reused process id is told apart; `x` elsewhere. */
async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The second field is the program's name in parentheses and may hold spaces.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? 'x';
}

function machine(): string {
  return hostname().replace(/[^A-Za-z0-9]/g, '_') || 'here';
}
