import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstallEvent, InstallRoute } from '../../../../contract/model/install.ts';
import { installedPrograms } from '../../../../main/core/install/installed-programs.ts';
import { Installer } from '../../../../main/core/install/installer.ts';
import type { InstallLimits } from '../../../../main/core/install/prepare.ts';
import type { LogEntry } from '../../../../main/core/logs/log-sink.ts';
import { PresetCatalog } from '../../../../main/core/presets/preset-catalog.ts';
import { type TarEntry, tarball } from '../../../fixtures/install/tarball.ts';

export const os = process.platform === 'win32' ? 'windows' : process.platform;
export const arch = process.arch === 'x64' ? 'amd64' : process.arch;
/** Package that holds the native program of the preset `tiny`. */
export const tinyPackage = `tiny-server-${os}-${arch}`;

/** A machine of its own: a home, a PATH with nothing on it, presets of the test, and an installer. */
export interface Sandbox {
  readonly home: string;
  readonly programs: string;
  readonly env: Record<string, string>;
  readonly log: LogEntry[];
  readonly catalog: PresetCatalog;
  readonly installer: Installer;
  /** Programs that are said to run. */
  inUse: { slug: string; path: string }[];
  npmrc(text: string): Promise<void>;
  preset(text: string): Promise<void>;
  /** Installs and answers all that was told. */
  install(preset: string, route?: InstallRoute, signal?: AbortSignal): Promise<InstallEvent[]>;
  script(name: string, body: string): Promise<string>;
  dispose(): Promise<void>;
}

export async function openSandbox(limits?: InstallLimits): Promise<Sandbox> {
  const home = await mkdtemp(join(tmpdir(), 'berth-install-'));
  const programs = join(home, 'berth', 'programs');
  const env: Record<string, string> = { PATH: join(home, 'bin'), HOME: home };
  const log: LogEntry[] = [];
  await mkdir(join(home, 'bin'));
  await mkdir(join(home, 'presets'));
  await writeFile(join(home, 'presets', 'tiny.yaml'), tinyPreset('1.2.3'));
  const catalog = await PresetCatalog.open({
    bundledFolder: fileURLToPath(new URL('../../../../assets/presets', import.meta.url)),
    userFolder: join(home, 'presets'),
    environment: async () => env,
    nodeModules: [],
    installed: (preset) => installedPrograms(programs, preset),
    node: { path: process.execPath, electron: false },
  });
  const sandbox: Sandbox = {
    home,
    programs,
    env,
    log,
    catalog,
    inUse: [],
    installer: new Installer({
      programsFolder: programs,
      presets: catalog,
      environment: async () => env,
      launcher: { programsInUse: () => sandbox.inUse },
      logs: { append: (entry) => log.push(entry) },
      version: '9.9.9',
      ...(limits ? { limits } : {}),
    }),
    npmrc: (text) => writeFile(join(home, '.npmrc'), text),
    preset: async (text) => {
      await writeFile(join(home, 'presets', 'tiny.yaml'), text);
      await catalog.refresh();
    },
    install: async (preset, route, signal = new AbortController().signal) => {
      const events: InstallEvent[] = [];
      await sandbox.installer.install(preset, route, (event) => events.push(event), signal);
      return events;
    },
    script: async (name, body) => {
      const path = join(home, 'bin', name);
      await writeFile(path, `#!/bin/sh\n${body}\n`);
      await chmod(path, 0o755);
      return path;
    },
    dispose: async () => {
      await sandbox.installer.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
  return sandbox;
}

/** A preset whose program is `echo`, which says the version that it is given. */
export function tinyPreset(version: string, route = ''): string {
  return `id: tiny
title: Tiny
description: x
homepage: null
needsContext: false
sharedChild: false
program:
  npm:
    package: tiny-server
    platformPackage: tiny-server-{goos}-{goarch}
    file: bin/tiny-server{exe}
  names: [tiny-server]
  version: { run: ['v${version}'], pattern: '^v?(\\d+\\.\\d+\\.\\d+)' }
  minimum: 1.0.0
  install: get it from somewhere
  routes:
    - { route: npm, version: ${version}${route} }
transports: [{ transport: stdio }]
`;
}

/** The package with a real native program in it, and more entries when the test wants some. */
export async function tinyTarball(more: readonly TarEntry[] = []): Promise<Buffer> {
  const program = await readFile('/bin/echo');
  return tarball([
    { path: 'package/package.json', content: '{"version":"1.2.3"}' },
    // npm packs files without the bit; Berth sets it.
    { path: 'package/bin/tiny-server', content: program, mode: 0o644 },
    ...more,
  ]);
}
