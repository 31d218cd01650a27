import { join } from 'node:path';

/** A program with its arguments and what must be added to its environment. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where this Berth lies. */
export interface Install {
  readonly execPath: string;
  /** The checkout, or `app.asar` of the packaged app. */
  readonly appPath: string;
}

const asNode = { ELECTRON_RUN_AS_NODE: '1' };

/** Node for servers that are JavaScript: Electron itself, run as Node (D7). */
export function nodeProgram(install: Install): Program {
  return { command: install.execPath, args: [], env: asNode };
}

/** The child that talks to the keychain (D10). */
export function keytarProgram(install: Install): Program {
  return { command: install.execPath, args: [join(install.appPath, 'dist', 'cli', 'keytar-child.js')], env: asNode };
}
