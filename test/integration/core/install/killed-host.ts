import { installedPrograms } from '../../../../main/core/install/installed-programs.ts';
import { Installer } from '../../../../main/core/install/installer.ts';
import { PresetCatalog } from '../../../../main/core/presets/preset-catalog.ts';

// A Berth of its own for tests that kill one: `node host.mjs ASSETS PRESETS PROGRAMS PRESET` installs and prints what is told.
const [bundledFolder = '', userFolder = '', programsFolder = '', preset = ''] = process.argv.slice(2);
const env = process.env as Record<string, string>;
const catalog = await PresetCatalog.open({
  bundledFolder,
  userFolder,
  environment: async () => env,
  nodeModules: [],
  installed: (id) => installedPrograms(programsFolder, id),
  node: { path: process.execPath, electron: false },
});
const installer = new Installer({
  programsFolder,
  presets: catalog,
  environment: async () => env,
  launcher: { programsInUse: () => [] },
  logs: { append() {} },
  version: '0',
});
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
await installer.install(preset, undefined, say, new AbortController().signal);
