import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the parts of this installation are, in a checkout as in a packaged app. All absolute. */
export interface ApplicationFiles {
  /** Folder of package.json. */
  readonly root: string;
  readonly version: string;
  readonly assets: string;
  /** The built window. */
  readonly renderer: string;
  /** Entry of the child process that talks to the keychain. */
  readonly keytarChild: string;
  /** Entry of the stdio bridge. */
  readonly bridge: string;
  /** Entry of the `berth` command. */
  readonly cli: string;
}

/** Finds the installation that a module of Berth belongs to: the nearest folder above it that holds Berth's package.json. */
export function applicationFiles(moduleUrl: string): ApplicationFiles {
  const root = findRoot(dirname(fileURLToPath(moduleUrl)));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    root,
    version,
    assets: join(root, 'assets'),
    renderer: join(root, 'dist', 'renderer'),
    keytarChild: join(root, 'dist', 'cli', 'keytar-child.js'),
    bridge: join(root, 'dist', 'bridge', 'bridge.js'),
    cli: join(root, 'bin', 'berth.mjs'),
  };
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'berth')
      return folder;
    if (dirname(folder) === folder) throw new Error(`${from} is not part of an installation of Berth`);
  }
}
