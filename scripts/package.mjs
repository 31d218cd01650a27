#!/usr/bin/env node
/**
 * `npm run package`: builds and makes the packaged app as a folder under release/, with the Electron at hand (the project's own,
 * ELECTRON_OVERRIDE_DIST_PATH, else the one for tests). Prints the folder. Arguments are passed on to electron-builder and
 * replace the choice of target, e.g. `npm run package -- --linux deb`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, canBuild, isBuilt } from './lib/build.mjs';
import { provideTestElectron } from './lib/electron-test-runtime.mjs';
import { runInForeground } from './lib/foreground.mjs';

const root = join(import.meta.dirname, '..');
process.exitCode = await makePackage(process.argv.slice(2));

async function makePackage(args) {
  if (!canBuild(root)) {
    process.stderr.write('The build tools are not installed. Run `npm install`.\n');
    return 1;
  }
  const built = isBuilt(root) ? 0 : await build(root, { quiet: true });
  if (built !== 0) return built;
  const electron = await provideTestElectron({ root, say: (line) => process.stderr.write(`${line}\n`) });
  const version = readFileSync(join(electron.folder, 'version'), 'utf8').trim().replace(/^v/, '');
  process.stderr.write(`Packaging with Electron ${version} (${electron.from}).\n`);
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
  const target = args.length > 0 ? args : ['--dir'];
  const options = [`-c.electronDist=${electron.folder}`, `-c.electronVersion=${version}`, '--publish', 'never'];
  const end = await runInForeground(process.execPath, [builder, ...target, ...options], { cwd: root });
  return end.code;
}
