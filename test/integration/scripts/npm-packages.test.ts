import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheFolder, providePackages } from '../../../scripts/lib/npm-packages.mjs';

/** What the benchmark, the conformance suite and the tests of real clients fetch, from a registry of our own. */
describe('packages from npm in a cache', () => {
  let folder: string;
  let cache: string;
  let asked: string[];
  let stop: () => Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-npm-'));
    cache = join(folder, 'cache');
    asked = [];
    const registry = await startRegistry(folder, asked);
    stop = registry.stop;
    vi.stubEnv('npm_config_registry', registry.url);
    vi.stubEnv('npm_config_cache', join(folder, 'npm'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('fetches the exact version, runs no install script, and fetches nothing the second time', async () => {
    const found = await providePackages(cache, { thing: '1.2.3' }, { files: ['thing/main.js'] });
    const modules = join(cache, 'thing@1.2.3', 'node_modules');
    expect(found).toEqual({ modules });
    expect(await readFile(join(modules, 'thing', 'main.js'), 'utf8')).toBe('1.2.3\n');
    expect(await readdir(join(modules, 'thing'))).not.toContain('script-ran');
    asked.length = 0;
    expect(await providePackages(cache, { thing: '1.2.3' })).toEqual(found);
    expect(asked).toEqual([]);
  });

  it('has one whole folder when two runs want it at once', async () => {
    const both = await Promise.all([
      providePackages(cache, { thing: '1.2.3' }),
      providePackages(cache, { thing: '1.2.3' }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(await readdir(cache)).toEqual(['thing@1.2.3']);
  });

  it('says what is missing, and keeps nothing of it', async () => {
    expect(await providePackages(cache, { nothing: '1.0.0' })).toEqual({
      missing: expect.stringMatching(/^nothing@1\.0\.0 could not be installed: .*404/),
    });
    expect(await providePackages(cache, { thing: '1.2.3' }, { files: ['thing/bin'] })).toEqual({
      missing: expect.stringContaining('it has no thing/bin for '),
    });
    await stop();
    // npm has what it fetched in a cache of its own.
    vi.stubEnv('npm_config_cache', join(folder, 'other-npm'));
    expect(await providePackages(cache, { thing: '1.2.3' })).toEqual({
      missing: expect.stringContaining('could not be installed'),
    });
    expect(await readdir(cache)).toEqual([]);
  });

  it('lies below XDG_CACHE_HOME when that is absolute', () => {
    expect(cacheFolder('berth-x', { XDG_CACHE_HOME: '/somewhere' })).toBe('/somewhere/berth-x');
    expect(cacheFolder('berth-x', { XDG_CACHE_HOME: 'relative' })).toMatch(/\.cache\/berth-x$/);
  });
});

/** A registry that has `thing` 1.2.3 only, with an install script that leaves a file. */
async function startRegistry(folder: string, asked: string[]) {
  const source = join(folder, 'source', 'package');
  const manifest = { name: 'thing', version: '1.2.3', scripts: { install: 'touch script-ran' } };
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(source, 'main.js'), '1.2.3\n');
  const archive = join(folder, 'thing.tgz');
  await create({ gzip: true, cwd: join(folder, 'source'), file: archive }, ['package']);
  const bytes = await readFile(archive);
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/thing.tgz') return response.end(bytes);
    if (request.url !== '/thing') return response.writeHead(404).end('{"error":"not found"}');
    const dist = { tarball: `${url}/thing.tgz` };
    return response.end(
      JSON.stringify({ name: 'thing', 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': { ...manifest, dist } } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
