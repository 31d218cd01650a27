import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * How to start Berth (D6): `BERTH_START_COMMAND`, a JSON array of program and arguments (empty: not at all), else the launcher of the
 * checkout or installation that this bridge is part of. Null when there is no way.
 */
export function startCommand(env: Env, here: string): string[] | null {
  const given = env['BERTH_START_COMMAND'];
  if (given !== undefined && given !== '') return parseCommand(given);
  let folder = dirname(fileURLToPath(here));
  for (let level = 0; level < 4; level += 1) {
    folder = dirname(folder);
    const launcher = join(folder, 'bin', 'berth.mjs');
    if (existsSync(launcher)) return [process.execPath, launcher, 'serve'];
  }
  return null;
}

/** Starts Berth as a process of its own that outlives this one. False when the program could not be started. */
export function startBerth([command, ...args]: readonly string[], env: Env): Promise<boolean> {
  if (command === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    // Not in the client's folder, which may be a project that somebody wants to remove.
    const cwd = existsSync(homedir()) ? homedir() : tmpdir();
    const child = spawn(command, args, { detached: true, stdio: 'ignore', cwd, env: environmentFor(args, env) });
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
    child.once('error', () => resolve(false));
  });
}

/**
 * What makes Electron a Node reaches only what is to run as one: the desktop, which has no script as its first argument, must
 * start as itself although this bridge may run on its program (D7).
 */
export function environmentFor(args: readonly string[], env: Env): Env {
  const { ELECTRON_RUN_AS_NODE: asNode, ...rest } = env;
  return /\.[cm]?js$/.test(args[0] ?? '') && asNode !== undefined ? { ...rest, ELECTRON_RUN_AS_NODE: asNode } : rest;
}

function parseCommand(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string')) return value;
  } catch {
    // Said by the caller: there is no way to start Berth.
  }
  return null;
}
