import { open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { ProgramSource } from '../../../contract/model/preset.ts';
import type { InstalledProgram } from '../install/installed-programs.ts';
import { findExecutable, programFiles } from '../shell-env/find-executable.ts';
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
  /** What Berth installed for this preset, the last installation first. */
  readonly installed: readonly InstalledProgram[];
  readonly signal?: AbortSignal;
}

/** A program that was found. `packageFolder` when it is part of an npm package. */
export interface FoundProgram {
  readonly path: string;
  readonly source: ProgramSource;
  readonly runtime: 'native' | 'node';
  /** False: this user may not execute it. Scripts for Node need not be executable. */
  readonly executable: boolean;
  readonly packageFolder: string | null;
  /** The version that is written in a Go program, or that was asked for when Berth installed it. */
  readonly goVersion: string | null;
}

/**
 * Looks for a preset's program everywhere: among what Berth installed, in Berth's own node_modules, on the PATH, in the global
 * packages of the user's npm, in Go's folder of programs. Answers all that were found, each once. Scripts and wrappers are never
 * the answer: they lead to the program of their package or to nothing.
 */
export async function searchPrograms(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram[]> {
  const all = await Promise.all([
    ofBerth(program, search),
    inNodeModules(program, search.nodeModules, 'bundled', search),
    onPath(program, search),
    globalNodeModules(search).then((roots) => inNodeModules(program, roots, 'npm', search)),
    inGoFolder(program, search),
  ]);
  const found = new Map<string, FoundProgram>();
  for (const each of all.flat()) {
    const real = await realpath(each.path).catch(() => each.path);
    if (!found.has(real)) found.set(real, each);
  }
  return [...found.values()];
}

/** The program that a user names, by path or by a name on the PATH; null when there is no such file. */
export async function searchNamed(
  name: string,
  program: ProgramDefinition,
  search: ProgramSearch,
): Promise<FoundProgram | null> {
  const home = search.env['HOME'] ?? search.env['USERPROFILE'] ?? '';
  const path = name.startsWith('~/') ? join(home, name.slice(2)) : name;
  const source = 'option';
  if (program.npm?.runtime === 'node') {
    const file = isAbsolute(path) ? path : await findExecutable(path, search.env, search.platform);
    if (file === null || !(await isFile(file))) return null;
    const script = await realpath(file);
    const packageFolder = await packageFolderOf(script);
    return { path: script, source, runtime: 'node', executable: true, packageFolder, goVersion: null };
  }
  const files = await programFiles(path, search.env, search.platform);
  const found = files.find(({ executable }) => executable) ?? files[0];
  if (found === undefined) return null;
  const goVersion = await goVersionOf(found.path, program, search);
  return { ...found, source, runtime: 'native', packageFolder: null, goVersion };
}

/** Only the last installation counts. */
async function ofBerth(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram[]> {
  const [last] = search.installed;
  if (last === undefined || !(await isFile(last.path))) return [];
  const { path, packageFolder, record } = last;
  const runtime = packageFolder === null ? 'native' : (program.npm?.runtime ?? 'native');
  const executable = runtime === 'node' || (await mayExecute(path, search));
  return [{ path, source: 'berth', runtime, executable, packageFolder, goVersion: record.version }];
}

async function inNodeModules(
  { npm }: ProgramDefinition,
  roots: readonly string[],
  source: ProgramSource,
  search: ProgramSearch,
): Promise<FoundProgram[]> {
  if (!npm) return [];
  const file = forPlatform(npm.file, search);
  const { runtime } = npm;
  const found: FoundProgram[] = [];
  for (const root of roots.map(unpacked)) {
    const own = join(root, npm.package);
    const platform = npm.platformPackage && forPlatform(npm.platformPackage, search);
    const folders = platform ? [join(root, platform), join(own, 'node_modules', platform)] : [own];
    for (const folder of folders) {
      const path = join(folder, file);
      if (!(await isFile(path))) continue;
      const executable = runtime === 'node' || (await mayExecute(path, search));
      found.push({ path, source, runtime, executable, packageFolder: folder, goVersion: null });
    }
  }
  return found;
}

async function onPath(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram[]> {
  const found: FoundProgram[] = [];
  for (const name of program.names) {
    for (const { path, executable } of await programFiles(name, search.env, search.platform)) {
      const real = await realpath(path).catch(() => path);
      if (await isScript(real)) {
        found.push(...(await inNodeModules(program, packageRootsNear(real, path), 'path', search)));
        continue;
      }
      const goVersion = await goVersionOf(real, program, search);
      found.push({ path: real, source: 'path', runtime: 'native', executable, packageFolder: null, goVersion });
    }
  }
  return found;
}

async function inGoFolder(program: ProgramDefinition, search: ProgramSearch): Promise<FoundProgram[]> {
  const { goModule } = program;
  if (goModule === undefined) return [];
  const { env, platform } = search;
  const home = env['HOME'] ?? env['USERPROFILE'];
  const goPath = env['GOPATH']?.split(platform === 'win32' ? ';' : ':')[0];
  const folder = env['GOBIN'] ?? (goPath ? join(goPath, 'bin') : home && join(home, 'go', 'bin'));
  if (!folder) return [];
  const found: FoundProgram[] = [];
  for (const name of [...program.names, ...program.goNames]) {
    const path = join(folder, platform === 'win32' ? `${name}.exe` : name);
    const version = (await isFile(path)) ? await goModuleVersion(path, goModule, search.signal) : null;
    if (version === null) continue;
    const executable = await mayExecute(path, search);
    found.push({ path, source: 'go', runtime: 'native', executable, packageFolder: null, goVersion: version || null });
  }
  return found;
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

/** A text of a preset with `{goos}`, `{goarch}` and `{exe}` filled in. */
export function forPlatform(text: string, { platform, arch }: Pick<ProgramSearch, 'platform' | 'arch'>): string {
  return text
    .replaceAll('{goos}', platform === 'win32' ? 'windows' : platform)
    .replaceAll('{goarch}', arch === 'x64' ? 'amd64' : arch)
    .replaceAll('{exe}', platform === 'win32' ? '.exe' : '');
}

async function mayExecute(path: string, { env, platform }: ProgramSearch): Promise<boolean> {
  return (await findExecutable(path, env, platform)) !== null;
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
