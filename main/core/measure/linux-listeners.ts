import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Listener } from '../../../contract/model/usage.ts';
import { distinctListeners, type ListeningSocket, listenerOf, parseListening } from './listen-table.ts';
import type { ListenerReader } from './listener-reader.ts';

/** Matches the sockets that the processes hold against the kernel's table of listening ones. Synchronous as `LinuxProcesses` is. */
export class LinuxListeners implements ListenerReader {
  async read(servers: ReadonlyMap<string, readonly number[]>): Promise<Map<string, Listener[] | null>> {
    const network = networkOf('self');
    const sockets = listeningSockets();
    return new Map(
      [...servers].map(([slug, pids]) => {
        const perProcess = pids.map((pid) => listenersOf(pid, sockets, network));
        const found = distinctListeners(perProcess.flatMap((listeners) => listeners ?? []));
        const complete = sockets !== null && perProcess.every((listeners) => listeners !== null);
        return [slug, complete || found.some(({ loopback }) => !loopback) ? found : null];
      }),
    );
  }
}

function listeningSockets(): ReadonlyMap<string, ListeningSocket> | null {
  try {
    const tables = [readFileSync('/proc/net/tcp', 'latin1'), tcp6()];
    return new Map(tables.flatMap((text) => parseListening(text).map((socket) => [socket.inode, socket] as const)));
  } catch {
    return null;
  }
}

/** A kernel without IPv6 has no such table, and nothing listens there. */
function tcp6(): string {
  try {
    return readFileSync('/proc/net/tcp6', 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * What one process listens on; empty for one that has ended, null for one that cannot be looked into or is in another network
 * namespace: what is open there, and to whom, does not show from here.
 */
function listenersOf(
  pid: number,
  sockets: ReadonlyMap<string, ListeningSocket> | null,
  network: string | null,
): Listener[] | null {
  try {
    const descriptors = readdirSync(`/proc/${pid}/fd`);
    if (networkOf(pid) !== network || network === null) return null;
    return descriptors.flatMap((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1];
      const socket = inode === undefined ? undefined : sockets?.get(inode);
      return socket ? [listenerOf(socket, pid)] : [];
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH' ? [] : null;
  }
}

function networkOf(pid: number | 'self'): string | null {
  return linkOf(`/proc/${pid}/ns/net`) || null;
}

/** Empty for a link that is gone. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
