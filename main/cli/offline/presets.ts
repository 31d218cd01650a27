import { join } from 'node:path';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Preset } from '../../../contract/model/preset.ts';
import type { Installer } from '../../core/install/installer.ts';
import type { PresetCatalog } from '../../core/presets/preset-catalog.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The presets and their programs on this machine, without a running Berth. */
export async function listPresetsOffline(
  env: Env,
  platform: NodeJS.Platform,
): Promise<{ presets: Preset[]; problems: readonly ErrorInfo[] }> {
  const { catalog } = await openOffline(env, platform);
  return { presets: await catalog.list(), problems: catalog.problems };
}

/** Installs and removes programs without a running Berth; no server runs then. */
export async function installerOffline(env: Env, platform: NodeJS.Platform): Promise<Installer> {
  const [{ catalog, programsFolder, version, terminal }, { Installer }] = await Promise.all([
    openOffline(env, platform),
    import('../../core/install/installer.ts'),
  ]);
  return new Installer({
    programsFolder,
    presets: catalog,
    environment: async () => terminal,
    launcher: { programsInUse: () => [] },
    logs: { append() {} },
    version,
    platform,
  });
}

async function openOffline(
  env: Env,
  platform: NodeJS.Platform,
): Promise<{ catalog: PresetCatalog; programsFolder: string; version: string; terminal: Record<string, string> }> {
  const [{ berthPaths }, { applicationFiles }, { PresetCatalog }, { installedPrograms }] = await Promise.all([
    import('../../core/paths.ts'),
    import('../../core/application-files.ts'),
    import('../../core/presets/preset-catalog.ts'),
    import('../../core/install/installed-programs.ts'),
  ]);
  const files = applicationFiles(import.meta.url);
  const { presets, programs } = berthPaths(env, platform);
  // The command was typed in a terminal, whose environment is the user's own: no shell needs to be asked.
  const terminal = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const catalog = await PresetCatalog.open({
    bundledFolder: join(files.assets, 'presets'),
    userFolder: presets,
    environment: async () => terminal,
    nodeModules: [join(files.root, 'node_modules')],
    installed: (preset) => installedPrograms(programs, preset),
    node: { path: process.execPath, electron: process.versions['electron'] !== undefined },
    platform,
  });
  return { catalog, programsFolder: programs, version: files.version, terminal };
}
