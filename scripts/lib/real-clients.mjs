import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { clientPackages } from '../../test/clients/packages.mjs';
import { cacheFolder, provideNode, providePackages } from './npm-packages.mjs';

/** For all of them together: what has not come by then is left out, so that a slow registry delays nothing else. */
const ALL_WITHIN_MS = 6 * 60_000;

/**
 * The AI clients that npm has, installed once into `${XDG_CACHE_HOME:-~/.cache}/berth-clients`: the command line of each, or why there
 * is none.
 * @param {(text: string) => void} say
 * @returns {Promise<Record<string, { version: string, command: string[] } | { missing: string }>>}
 */
export async function provideClients(say) {
  const cache = cacheFolder('berth-clients');
  const deadline = performance.now() + ALL_WITHIN_MS;
  const provided = {};
  for (const [id, { package: name, version, file, node }] of Object.entries(clientPackages)) {
    provided[id] = await provideOne(cache, { name, version, file, node }, deadline, say);
    if ('missing' in provided[id]) say(`${id}: ${provided[id].missing}`);
  }
  return provided;
}

async function provideOne(cache, { name, version, file, node }, deadline, say) {
  const withinMs = Math.round(deadline - performance.now());
  if (withinMs < 1000) return { missing: `${name} was not fetched: the others took ${ALL_WITHIN_MS / 60_000} minutes` };
  const began = performance.now();
  let fetched = false;
  const options = { files: [join(name, file)], withinMs, beforeInstall: () => (fetched = true) };
  const found = await providePackages(cache, { [name]: version }, options);
  if ('missing' in found) return found;
  if (fetched) say(`${name}@${version}: ${megabytes(found.modules)} MB in ${seconds(began)} s`);
  const program = join(found.modules, name, file);
  if (node === undefined) return { version, command: [program] };
  const runtime = await provideNode(cache, node);
  return 'missing' in runtime ? runtime : { version, command: [runtime.path, program] };
}

function megabytes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1e6);
}

function seconds(began) {
  return ((performance.now() - began) / 1000).toFixed(1);
}
