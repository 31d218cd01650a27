import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** Why processes cannot be looked into here; null where they can. */
export const whyNoProc = process.platform === 'linux' ? null : 'it reads /proc, which only Linux has';

/** Clock ticks a second, of which CPU times in /proc are made. */
const ticksPerSecond =
  process.platform === 'linux' ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;

/** CPU time of a process so far, its ended children left out, in seconds. */
export function cpuSeconds(pid) {
  const [, , , , , , , , , , , user, system] = statOf(pid);
  return (Number(user) + Number(system)) / ticksPerSecond;
}

/** Resident memory and its part that is nobody else's, in MiB. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { rss: kib('Rss') / 1024, pss: kib('Pss') / 1024 };
}

/** Of a process and all that descends from it, in MiB. */
export function memoryOfTree(pid) {
  const each = [memoryOf(pid), ...childrenOf(pid).map((child) => memoryOfTree(child.pid))];
  const sum = (kind) => each.reduce((total, one) => total + one[kind], 0);
  return { rss: sum('rss'), pss: sum('pss') };
}

/** The highest resident memory since the process began or `forgetPeak`, in MiB: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
export function peakOf(pid) {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

/** From now on, `peakOf` counts anew. */
export function forgetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Files, sockets and pipes that a process holds open. */
export function descriptorsOf(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Its living children. */
export function childrenOf(pid) {
  return pids().flatMap((child) => {
    const [state, parent] = orNothing(() => statOf(child)) ?? [];
    if (Number(parent) !== pid || state === 'Z') return [];
    return [{ pid: child, command: commandOf(child) }];
  });
}

/** Whatever runs with this folder in its command line, environment or working folder. */
export function processesIn(folder) {
  if (whyNoProc) return [];
  return pids().flatMap((pid) => {
    const command = commandOf(pid);
    const environment = orNothing(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? '';
    const cwd = orNothing(() => readlinkSync(`/proc/${pid}/cwd`)) ?? '';
    if (![command, environment, cwd].some((text) => text.includes(folder))) return [];
    return orNothing(() => statOf(pid))?.[0] === 'Z' ? [] : [{ pid, command }];
  });
}

/** What a process was started with. */
export function startOf(pid) {
  const parts = (name) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').slice(0, -1);
  const env = Object.fromEntries(
    parts('environ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  return { argv: parts('cmdline'), env, cwd: readlinkSync(`/proc/${pid}/cwd`) };
}

function pids() {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function commandOf(pid) {
  return (orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').replaceAll('\0', ' ').trim();
}

/** The fields of /proc/PID/stat from the state on; the name before it may hold anything. */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** A process may end while it is looked at, and another user's cannot be read. */
function orNothing(read) {
  try {
    return read();
  } catch {
    return null;
  }
}
