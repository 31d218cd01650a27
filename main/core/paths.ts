import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The folders and files that Berth uses. All absolute; creating them is the business of who writes. */
export interface BerthPaths {
  /** Holds `config.yaml`, the user's presets and descriptions of AI clients. */
  readonly config: string;
  readonly settingsFile: string;
  readonly presets: string;
  readonly clients: string;
  /** Journal, backups, ledger, token hashes: what must survive. */
  readonly state: string;
  /** Programs of servers that Berth installed. */
  readonly programs: string;
  readonly logs: string;
  /** 0700: generated kubeconfigs, sockets; emptied at start. */
  readonly runtime: string;
  readonly controlSocket: string;
  readonly mcpSocket: string;
  /** Holds the folder of the sockets, so that whoever has another environment finds them (D11). */
  readonly socketRecord: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where everything lives: under `BERTH_HOME` if set, else the platform's folders (cli.md).
 * Sockets get a short path with a hash of the home, since Node cuts Unix socket paths at 107 bytes (D11); named pipes on Windows.
 * While sockets are where the record says, that is where they are, whatever XDG_RUNTIME_DIR and the temp folder are now.
 */
export function berthPaths(env: Env = process.env, platform: NodeJS.Platform = process.platform): BerthPaths {
  const home = env['HOME'] || homedir();
  const base = baseFolders(env, platform, home);
  const hash = createHash('sha256').update(base.state).digest('hex').slice(0, 12);
  const socketRecord = join(base.state, 'sockets');
  const sockets =
    platform === 'win32'
      ? (name: string) => `\\\\.\\pipe\\berth-${hash}-${name}`
      : (name: string) => join(folder, `${name}.sock`);
  const folder = recordedFolder(socketRecord) ?? join(env['XDG_RUNTIME_DIR'] || tmpdir(), `berth-${hash}`);
  return {
    config: base.config,
    settingsFile: join(base.config, 'config.yaml'),
    presets: join(base.config, 'presets'),
    clients: join(base.config, 'clients'),
    state: base.state,
    programs: join(base.state, 'programs'),
    logs: base.logs,
    runtime: base.runtime,
    controlSocket: sockets('control'),
    mcpSocket: sockets('mcp'),
    socketRecord,
  };
}

/** Null when no Berth has left its sockets there. */
function recordedFolder(record: string): string | null {
  try {
    const folder = readFileSync(record, 'utf8').trim();
    return isAbsolute(folder) && existsSync(join(folder, 'control.sock')) ? folder : null;
  } catch {
    return null;
  }
}

function baseFolders(env: Env, platform: NodeJS.Platform, home: string) {
  // Whoever comes later, the bridge above all, has another working folder.
  const own = env['BERTH_HOME'] && resolve(env['BERTH_HOME']);
  if (own) return { config: own, state: join(own, 'state'), logs: join(own, 'logs'), runtime: join(own, 'run') };
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support', 'Berth');
    return {
      config: support,
      state: join(support, 'state'),
      logs: join(home, 'Library', 'Logs', 'Berth'),
      runtime: join(support, 'run'),
    };
  }
  if (platform === 'win32') {
    const roaming = join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Berth');
    const local = join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Berth');
    return { config: roaming, state: join(local, 'state'), logs: join(local, 'logs'), runtime: join(local, 'run') };
  }
  const state = join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'berth');
  return {
    config: join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'berth'),
    state,
    logs: join(state, 'logs'),
    runtime: env['XDG_RUNTIME_DIR'] ? join(env['XDG_RUNTIME_DIR'], 'berth') : join(state, 'run'),
  };
}
