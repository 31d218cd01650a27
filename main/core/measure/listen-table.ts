import { endianness } from 'node:os';
import type { Listener } from '../../../contract/model/usage.ts';

/** A listening TCP socket as the kernel lists it. */
export interface ListeningSocket {
  /** Names the socket in `/proc/PID/fd`. */
  readonly inode: string;
  readonly address: string;
  readonly port: number;
}

/** State LISTEN in `/proc/net/tcp`. */
const LISTEN = '0A';

/** The listening sockets of `/proc/net/tcp` or `/proc/net/tcp6`: https://docs.kernel.org/networking/proc_net_tcp.html */
export function parseListening(text: string, order: 'LE' | 'BE' = endianness()): ListeningSocket[] {
  return text.split('\n').flatMap((line) => {
    // Most lines of a busy machine are connections: they are not worth splitting.
    if (!line.includes(` ${LISTEN} `)) return [];
    const fields = line.trim().split(/\s+/);
    const [, local, , state] = fields;
    const inode = fields[9];
    const [address, port] = local?.split(':') ?? [];
    if (state !== LISTEN || address === undefined || port === undefined || inode === undefined) return [];
    return [{ inode, address: addressText(address, order), port: Number.parseInt(port, 16) }];
  });
}

/** An address of 8 or 32 hexadecimal digits: 32-bit words in the machine's byte order. */
function addressText(hex: string, order: 'LE' | 'BE'): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => {
    const inOrder = (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
    return order === 'LE' ? inOrder.reverse() : inOrder;
  });
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return `::ffff:${bytes.slice(12).join('.')}`;
  const words = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  // The URL parser shortens as RFC 5952 asks for.
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}

/** Whether only this machine can reach a listener on this address. */
export function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}

export function listenerOf(socket: Pick<ListeningSocket, 'address' | 'port'>, pid: number): Listener {
  return { address: socket.address, port: socket.port, pid, loopback: isLoopback(socket.address) };
}

/** Each place once, in a steady order: a socket that a child has inherited is listed for the lowest pid. */
export function distinctListeners(listeners: readonly Listener[]): Listener[] {
  const seen = new Map<string, Listener>();
  for (const listener of [...listeners].sort((a, b) => a.port - b.port || a.pid - b.pid)) {
    const place = `${listener.address} ${listener.port}`;
    if (!seen.has(place)) seen.set(place, listener);
  }
  return [...seen.values()];
}
