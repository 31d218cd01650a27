import { join } from 'node:path';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Preset } from '../../../contract/model/preset.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The presets and their programs on this machine, without a running Berth. */
export async function listPresetsOffline(
  env: Env,
  platform: NodeJS.Platform,
): Promise<{ presets: Preset[]; problems: readonly ErrorInfo[] }> {
  const [{ berthPaths }, { applicationFiles }, { PresetCatalog }] = await Promise.all([
    import('../../core/paths.ts'),
    import('../../core/application-files.ts'),
    import('../../core/presets/preset-catalog.ts'),
  ]);
  const files = applicationFiles(import.meta.url);
  // The command was typed in a terminal, whose environment is the user's own: no shell needs to be asked.
  const terminal = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const catalog = await PresetCatalog.open({
    bundledFolder: join(files.assets, 'presets'),
    userFolder: berthPaths(env, platform).presets,
    environment: async () => terminal,
    nodeModules: [join(files.root, 'node_modules')],
    node: { path: process.execPath, electron: process.versions['electron'] !== undefined },
    platform,
  });
  return { presets: await catalog.list(), problems: catalog.problems };
}
