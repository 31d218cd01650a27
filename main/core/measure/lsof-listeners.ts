import { execFile } from 'node:child_process';
import type { Listener } from '../../../contract/model/usage.ts';
import { distinctListeners, listenerOf } from './listen-table.ts';
import type { ListenerReader } from './listener-reader.ts';

/** `lsof -F ptn`: a line per field, `p` begins a process, `t` tells IPv4 or IPv6, `n` is the address. */
export function parseLsof(text: string): Listener[] {
  let pid = 0;
  let family = '';
  return text.split('\n').flatMap((line) => {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    else if (line.startsWith('t')) family = value;
    else if (line.startsWith('n')) {
      const [, host, port] = /^(.*):(\d+)$/.exec(value) ?? [];
      if (host === undefined || port === undefined) return [];
      const wildcard = family === 'IPv6' ? '::' : '0.0.0.0';
      const address = host === '*' ? wildcard : host.replace(/^\[|\]$/g, '');
      return [listenerOf({ address, port: Number(port) }, pid)];
    }
    return [];
  });
}

/** Asks lsof once for all processes: macOS, where `/proc` does not tell. */
export class LsofListeners implements ListenerReader {
  readonly #command: string;

  constructor(command = '/usr/sbin/lsof') {
    this.#command = command;
  }

  async read(servers: ReadonlyMap<string, readonly number[]>): Promise<Map<string, Listener[] | null>> {
    const pids = [...servers.values()].flat();
    const text = pids.length === 0 ? '' : await this.#ask(pids);
    const listeners = text === null ? null : parseLsof(text);
    return new Map(
      [...servers].map(([slug, own]) => [
        slug,
        listeners && distinctListeners(listeners.filter((listener) => own.includes(listener.pid))),
      ]),
    );
  }

  /** Null when it cannot be asked. It exits 1 also when one of the processes has no such socket. */
  #ask(pids: readonly number[]): Promise<string | null> {
    const args = ['-nP', '-iTCP', '-sTCP:LISTEN', '-a', '-p', pids.join(','), '-F', 'ptn'];
    return new Promise((resolve) => {
      execFile(this.#command, args, { env: { LC_ALL: 'C' }, timeout: 10_000 }, (error, stdout, stderr) => {
        const answered = !error || (error.code === 1 && stderr.trim() === '');
        resolve(answered ? stdout : null);
      });
    });
  }
}
