import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptorsOf, memoryOf } from '../../bench/lib/processes.mjs';

const LOOK_MS = 500;
/** How long a quiet point lasts: the smallest values count. */
const POINT_MS = 6_000;

/** Resolves when every server is in a state that it deserves, and again after a moment; answers who is not after `timeoutMs`. */
export async function settled(control, servers, timeoutMs) {
  const until = performance.now() + timeoutMs;
  for (let quiet = 0; ; ) {
    const now = new Map((await control.call('servers.list')).map((server) => [server.slug, server]));
    const wrong = servers.filter(({ slug, ends }) => !ends.includes(now.get(slug)?.state));
    quiet = wrong.length === 0 ? quiet + 1 : 0;
    if (quiet >= 4) return [];
    if (performance.now() > until) {
      return wrong.map(({ slug, ends }) => {
        const { state, error } = now.get(slug) ?? {};
        return `${slug} is ${state}, not ${ends.join(' or ')}: ${error?.message ?? 'no error'}`;
      });
    }
    await sleep(LOOK_MS);
  }
}

/** What the core holds while nothing happens: descriptors, listening sockets, heap and memory in MiB; how many servers are up. */
export async function quietPoint({ pid, control, heap }) {
  const point = { descriptors: Infinity, listeners: Infinity, rss: Infinity, heap: await heap.used(), up: 0 };
  const until = performance.now() + POINT_MS;
  while (performance.now() < until) {
    point.descriptors = Math.min(point.descriptors, descriptorsOf(pid));
    point.listeners = Math.min(point.listeners, listenersOf(pid));
    point.rss = Math.min(point.rss, memoryOf(pid).rss);
    await sleep(LOOK_MS);
  }
  point.heap = Math.min(point.heap, await heap.used());
  const servers = await control.call('servers.list');
  point.up = servers.filter(({ state }) => state === 'ready' || state === 'degraded').length;
  return point;
}

/** Sockets of a process that listen, over TCP or as files. */
export function listenersOf(pid) {
  const listening = new Set([...listeningTcp('tcp'), ...listeningTcp('tcp6'), ...listeningUnix()]);
  const inodes = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  return inodes.filter((inode) => listening.has(inode)).length;
}

/** https://docs.kernel.org/networking/proc_net_tcp.html: state 0A listens. */
function listeningTcp(name) {
  return rowsOf(name).flatMap((fields) => (fields[3] === '0A' ? [fields[9]] : []));
}

/** Flags 00010000 mark a socket that listens (proc_net). */
function listeningUnix() {
  return rowsOf('unix').flatMap((fields) => (fields[3] === '00010000' ? [fields[6]] : []));
}

function rowsOf(name) {
  const [, ...rows] = readFileSync(`/proc/net/${name}`, 'utf8').trim().split('\n');
  return rows.map((row) => row.trim().split(/\s+/));
}
