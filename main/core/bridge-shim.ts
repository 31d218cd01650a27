import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writePrivately } from './private-file.ts';

/** A program as AI clients start it. */
export interface ShimCommand {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

export interface ShimOptions {
  /** Folder of the shim: the same for every version of this installation. */
  readonly folder: string;
  /** What runs JavaScript: Node, or Electron that is told to be Node. */
  readonly runtime: string;
  /** The bridge's file. */
  readonly bridge: string;
  /** The bridge's socket: clients may have other TMPDIR and XDG folders than Berth, which would lead elsewhere. */
  readonly socket: string;
  /** How the bridge starts Berth when it does not run: a command line (D6). */
  readonly start: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** Variables that decide where Berth's folders are: a client that starts the bridge may not have them. */
const placeVariables = ['BERTH_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR'];

/**
 * Writes the shim that client files point to, and answers the command to put there. Its path stays the same while Node,
 * Electron and Berth move on: it is written anew at each start of Berth and finds the rest. On Windows, where clients cannot
 * start scripts, the runtime itself is the command.
 */
export async function writeBridgeShim(options: ShimOptions): Promise<ShimCommand> {
  const env = bridgeEnvironment(options);
  if (options.platform === 'win32') {
    return { command: options.runtime, args: [options.bridge, '--socket', options.socket], env };
  }
  const path = join(options.folder, 'berth');
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const text = `#!/bin/sh\n# Written by Berth at every start. AI clients start this; it finds the rest.\n${lines.join('\n')}\nexec ${quoted(options.runtime)} ${quoted(options.bridge)} "$@" --socket ${quoted(options.socket)}\n`;
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writePrivately(path, text, { mode: 0o700 });
  return { command: path, args: [] };
}

/** What a bridge has to know that a client starts with another environment than Berth's: where Berth's folders are, and how it starts. */
export function bridgeEnvironment(options: Pick<ShimOptions, 'start' | 'env'>): Record<string, string> {
  const env: Record<string, string> = {
    ELECTRON_RUN_AS_NODE: '1',
    BERTH_START_COMMAND: JSON.stringify(options.start),
  };
  for (const name of placeVariables) {
    const value = options.env[name];
    // The bridge runs in another folder than this process.
    if (value) env[name] = resolve(value);
  }
  return env;
}

/** A word for a POSIX shell, whatever it holds. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
