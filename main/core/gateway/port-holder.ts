import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { request } from 'node:http';
import { BerthError } from '../../../contract/errors.ts';
import { MARKER_HEADER } from './http-answers.ts';

const PROBE_MS = 1_500;

/** Why the endpoints cannot listen on this port, from the system's error: who holds it, where the machine tells. */
export async function portInUse(port: number, error: unknown): Promise<BerthError> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') {
    return new BerthError('port-in-use', `This user may not use port ${port}.`, {
      hint: 'Choose a port above 1023 in the settings.',
      cause: error,
    });
  }
  if (code !== 'EADDRINUSE')
    return new BerthError('internal', `Berth cannot listen on port ${port}: ${message}`, { cause: error });
  if (await isBerth(port)) {
    return new BerthError(
      'port-in-use',
      `Port ${port} is in use by another Berth, of another user or another BERTH_HOME.`,
      {
        hint: 'End that one, or choose another port in the settings.',
        cause: error,
      },
    );
  }
  const holder = await holderOf(port);
  const who = holder ? `${holder.name} (pid ${holder.pid})` : 'another program, which this user cannot see';
  return new BerthError('port-in-use', `Port ${port} is in use by ${who}.`, {
    hint: 'End that program, or choose another port in the settings. AI clients then have to be installed again.',
    cause: error,
    ...(holder ? { details: { pid: holder.pid, name: holder.name } } : {}),
  });
}

function isBerth(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/healthz', timeout: PROBE_MS }, (response) => {
      response.resume();
      resolve(response.headers[MARKER_HEADER] !== undefined);
      probe.destroy();
    });
    probe.once('error', () => resolve(false));
    probe.once('timeout', () => {
      resolve(false);
      probe.destroy();
    });
    probe.end();
  });
}

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** The process that listens on this TCP port; null when the platform or the permissions do not tell. */
export async function holderOf(port: number, platform: NodeJS.Platform = process.platform): Promise<PortHolder | null> {
  try {
    if (platform === 'linux') return await holderOnLinux(port);
    if (platform === 'darwin') return await holderByLsof(port);
  } catch {
    // Who it is would only be a convenience.
  }
  return null;
}

/** Inode numbers of the sockets that listen on this port, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    return local?.endsWith(`:${wanted}`) && state === '0A' && inode ? [inode] : [];
  });
}

async function holderOnLinux(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const sockets = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const link = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      if (sockets.has(link)) return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() };
    }
  }
  return null;
}

function holderByLsof(port: number): Promise<PortHolder | null> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  return new Promise((resolve) => {
    execFile('/usr/sbin/lsof', args, { timeout: PROBE_MS }, (_error, stdout) => {
      const pid = /^p(\d+)$/m.exec(stdout)?.[1];
      const name = /^c(.+)$/m.exec(stdout)?.[1];
      resolve(pid && name ? { pid: Number(pid), name } : null);
    });
  });
}
