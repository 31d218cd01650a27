import { open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { findExecutable } from '../shell-env/find-executable.ts';
import { goModuleVersion } from './go-module.ts';
import type { ProgramDefinition } from './preset-schema.ts';

/** What a search for programs depends on. */
export interface ProgramSearch {
  /** The login shell's environment: PATH, HOME, GOBIN, GOPATH, APPDATA. */
  readonly env: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** `node_modules` folders to look in first: Berth's own. */
  readonly nodeModules: readonly string[];
  readonly signal?: AbortSignal;
}

/** A program that was found. `packageFolder` when it is part of an npm package. */
export interface FoundProgram {
  readonly path: string;
  readonly runtime: 'native' | 'node';
  readonly packageFolder: string | null;
  /** The version that is written in a Go program. */
  readonly goVersion: string | null;
}

/**
 * Looks for a preset's program: in Berth's own node_modules, on the PATH, in the global packages of the user's npm, in Go's
 * folder of programs. Scripts and wrappers are never the answer: they lead to the program of their package or to nothing.
 */
export async function searchProgram(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram | null> {
  return (
    (await inNodeModules(program, search.nodeModules, search)) ??
    (await onPath(program, search)) ??
    (await inNodeModules(program, await globalNodeModules(search), search)) ??
    (await inGoFolder(program, search))
  );
}

/** The program that a user names, by path or by a name on the PATH; null when there is no such executable. */
export async function searchNamed(
  name: string,
  program: ProgramDefinition,
  search: ProgramSearch,
): Promise<FoundProgram | null> {
  const home = search.env['HOME'] ?? search.env['USERPROFILE'] ?? '';
  const path = name.startsWith('~/') ? join(home, name.slice(2)) : name;
  if (program.npm?.runtime === 'node') {
    const file = isAbsolute(path) ? path : await findExecutable(path, search.env, search.platform);
    if (file === null || !(await isFile(file))) return null;
    const script = await realpath(file);
    return { path: script, runtime: 'node', packageFolder: await packageFolderOf(script), goVersion: null };
  }
  const found = await findExecutable(path, search.env, search.platform);
  if (found === null) return null;
  return { path: found, runtime: 'native', packageFolder: null, goVersion: await goVersionOf(found, program, search) };
}

async function inNodeModules(
  { npm }: ProgramDefinition,
  roots: readonly string[],
  search: ProgramSearch,
): Promise<FoundProgram | null> {
  if (!npm) return null;
  const file = forPlatform(npm.file, search);
  for (const root of roots.map(unpacked)) {
    const own = join(root, npm.package);
    const platform = npm.platformPackage && forPlatform(npm.platformPackage, search);
    const folders = platform ? [join(root, platform), join(own, 'node_modules', platform)] : [own];
    for (const folder of folders) {
      const path = join(folder, file);
      if (await isFile(path)) return { path, runtime: npm.runtime, packageFolder: folder, goVersion: null };
    }
  }
  return null;
}

async function onPath(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram | null> {
  for (const name of program.names) {
    const path = await findExecutable(name, search.env, search.platform);
    if (path === null) continue;
    const real = await realpath(path).catch(() => path);
    if (!(await isScript(real))) {
      const goVersion = await goVersionOf(real, program, search);
      return { path: real, runtime: 'native', packageFolder: null, goVersion };
    }
    const ofPackage = await inNodeModules(program, packageRootsNear(real, path), search);
    if (ofPackage) return ofPackage;
  }
  return null;
}

async function inGoFolder(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram | null> {
  const { goModule } = program;
  if (goModule === undefined) return null;
  const { env, platform } = search;
  const home = env['HOME'] ?? env['USERPROFILE'];
  const goPath = env['GOPATH']?.split(platform === 'win32' ? ';' : ':')[0];
  const folder = env['GOBIN'] ?? (goPath ? join(goPath, 'bin') : home && join(home, 'go', 'bin'));
  if (!folder) return null;
  for (const name of [...program.names, ...program.goNames]) {
    const path = join(folder, platform === 'win32' ? `${name}.exe` : name);
    const goVersion = (await isFile(path)) ? await goModuleVersion(path, goModule, search.signal) : null;
    if (goVersion !== null) return { path, runtime: 'native', packageFolder: null, goVersion: goVersion || null };
  }
  return null;
}

/** Folders of global packages: beside the npm of the login shell, and npm's own folder on Windows. */
async function globalNodeModules({ env, platform }: ProgramSearch): Promise<string[]> {
  const npm = await findExecutable('npm', env, platform);
  const roots: string[] = [];
  if (platform === 'win32') {
    if (env['APPDATA']) roots.push(join(env['APPDATA'], 'npm', 'node_modules'));
    if (npm) roots.push(join(dirname(npm), 'node_modules'));
    return roots;
  }
  if (env['npm_config_prefix']) roots.push(join(env['npm_config_prefix'], 'lib', 'node_modules'));
  if (npm) roots.push(join(dirname(npm), '..', 'lib', 'node_modules'));
  return roots;
}

/** `node_modules` folders that a script on the PATH can belong to: those above its real file, and npm's next to a Windows shim. */
function packageRootsNear(real: string, shim: string): string[] {
  const above: string[] = [];
  const parts = real.split(/[\\/]node_modules[\\/]/);
  for (let count = parts.length - 1; count > 0; count -= 1) {
    above.push(join(parts.slice(0, count).join('/node_modules/'), 'node_modules'));
  }
  return [...above, join(dirname(shim), 'node_modules')];
}

async function packageFolderOf(script: string): Promise<string | null> {
  for (let folder = dirname(script); dirname(folder) !== folder; folder = dirname(folder)) {
    if (await isFile(join(folder, 'package.json'))) return folder;
  }
  return null;
}

/** Version that a package says of itself; null when it says none. */
export async function packageVersion(packageFolder: string): Promise<string | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
    const version =
      typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

async function goVersionOf(
  path: string,
  { goModule }: ProgramDefinition,
  search: ProgramSearch,
): Promise<string | null> {
  return goModule === undefined ? null : (await goModuleVersion(path, goModule, search.signal)) || null;
}

/** What is packed in Electron's archive cannot be started; electron-builder puts programs beside it. */
function unpacked(root: string): string {
  return root.replace(/([\\/])app\.asar(?=[\\/]|$)/, '$1app.asar.unpacked');
}

function forPlatform(text: string, { platform, arch }: ProgramSearch): string {
  return text
    .replaceAll('{goos}', platform === 'win32' ? 'windows' : platform)
    .replaceAll('{goarch}', arch === 'x64' ? 'amd64' : arch)
    .replaceAll('{exe}', platform === 'win32' ? '.exe' : '');
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** A text file that some interpreter runs, which includes npm's shims and batch files. */
async function isScript(path: string): Promise<boolean> {
  if (/\.(cmd|bat|ps1|js|mjs|cjs)$/i.test(path)) return true;
  const file = await open(path, 'r').catch(() => null);
  if (!file) return false;
  try {
    const start = Buffer.alloc(2);
    await file.read(start, 0, 2, 0);
    return start.toString('latin1') === '#!';
  } finally {
    await file.close();
  }
}
