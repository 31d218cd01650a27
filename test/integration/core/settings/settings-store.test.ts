import { writeFileSync as writeSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Settings } from '../../../../contract/model/settings.ts';
import { SettingsStore } from '../../../../main/core/settings/settings-store.ts';

let folder: string;
let file: string;
const stores: SettingsStore[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-settings-'));
  file = join(folder, 'berth', 'config.yaml');
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<SettingsStore> {
  const store = await SettingsStore.open({ file, watchTiming: { debounceMs: 20, pollMs: 1000 } });
  stores.push(store);
  return store;
}

async function write(text: string): Promise<void> {
  await mkdir(join(folder, 'berth'), { recursive: true });
  await writeFile(file, text);
}

/** Resolves when the store announces a change after which the condition holds. */
function change(store: SettingsStore, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const subscription = store.onDidChange(() => {
      if (!holds()) return;
      subscription.dispose();
      resolve();
    });
  });
}

test('the first change writes a private file that another store reads', async () => {
  const store = await open();
  expect(store.settings.port).toBe(23784);
  await store.update((settings) => {
    settings.servers['web'] = { preset: 'mkp', context: 'active', guard: 'read-only', run: true, options: {} };
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'berth'))).mode & 0o777).toBe(0o700);
  expect((await open()).settings).toEqual(store.settings);
});

test('edits by hand are picked up, whether written in place or renamed over', async () => {
  await write('port: 4000\n');
  const store = await open();
  const inPlace = change(store, () => store.settings.port === 4001);
  await writeFile(file, 'port: 4001\n');
  await inPlace;
  const renamed = change(store, () => store.settings.port === 4002);
  await writeFile(`${file}.new`, 'port: 4002\n');
  await rename(`${file}.new`, file);
  await renamed;
  expect(store.problem).toBeNull();
});

test('a bad file does not come into force, is told with its place and is never written over', async () => {
  await write('port: 4000\n');
  const store = await open();
  const bad = '# half done\nport: 4001\nservers: [\n';
  const noticed = change(store, () => store.problem !== null);
  await writeFile(file, bad);
  await noticed;
  expect(store.settings.port).toBe(4000);
  expect(store.problem).toMatchObject({ code: 'invalid-config', details: { file, line: 4, column: 1 } });
  await expect(store.update((settings) => Object.assign(settings, { port: 5000 }))).rejects.toMatchObject({
    code: 'invalid-config',
    hint: expect.stringContaining('Correct line 4'),
  });
  expect(await readFile(file, 'utf8')).toBe(bad);

  const mended = change(store, () => store.problem === null);
  await writeFile(file, 'port: 4002\n');
  await mended;
  expect(store.settings.port).toBe(4002);
});

test('a store that opens on a bad file has the defaults, says what is wrong and writes nothing', async () => {
  await write('version: 99\n');
  const store = await open();
  expect(store.settings.port).toBe(23784);
  expect(store.problem?.message).toContain('newer Berth');
  await expect(store.update((settings) => Object.assign(settings, { demo: true }))).rejects.toMatchObject({
    code: 'invalid-config',
  });
  expect(await readFile(file, 'utf8')).toBe('version: 99\n');
});

test('an edit by hand that happens while Berth changes something is merged, not lost', async () => {
  await write('port: 4000 # mine\n');
  const store = await open();
  let runs = 0;
  await store.update((settings) => {
    runs += 1;
    // The editor saves between Berth's reading and Berth's writing.
    if (runs === 1) writeSync(file, 'port: 4000 # mine\ntheme: dark\n');
    settings.demo = true;
  });
  expect(runs).toBe(2);
  expect(await readFile(file, 'utf8')).toBe('port: 4000 # mine\ntheme: dark\ndemo: true\n');
  expect(store.settings).toMatchObject({ port: 4000, theme: 'dark', demo: true });
});

test('changes that come at once are all kept', async () => {
  const store = await open();
  const slugs = Array.from({ length: 12 }, (_, index) => `s${index}`);
  await Promise.all(
    slugs.map((slug) =>
      store.update((settings) => {
        settings.servers[slug] = { preset: 'mkp', context: 'active', guard: 'read-only', run: false, options: {} };
      }),
    ),
  );
  expect(Object.keys((await open()).settings.servers).sort()).toEqual([...slugs].sort());
});

test('a linked file stays a link, and the file behind it is watched and written', async () => {
  const real = join(folder, 'dotfiles.yaml');
  await writeFile(real, 'port: 4000\n');
  await mkdir(join(folder, 'berth'));
  await symlink(real, file);
  const store = await open();
  const seen = change(store, () => store.settings.port === 4001);
  await writeFile(real, 'port: 4001\n');
  await seen;
  await store.update((settings) => Object.assign(settings, { demo: true }));
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
  expect(await readFile(real, 'utf8')).toBe('port: 4001\ndemo: true\n');
});

test('line ends and byte order mark of the file stay', async () => {
  await write('\uFEFF# windows\r\nport: 4000\r\n');
  const store = await open();
  await store.update((settings) => Object.assign(settings, { port: 4001 }));
  expect(await readFile(file, 'utf8')).toBe('\uFEFF# windows\r\nport: 4001\r\n');
});

test('what is not valid, or what the change itself refuses, is not written', async () => {
  await write('port: 4000\n');
  const store = await open();
  await expect(store.update((settings) => Object.assign(settings, { port: 0 }))).rejects.toMatchObject({
    code: 'invalid-argument',
  });
  await expect(
    store.update((settings: Settings) => {
      settings.port = 5000;
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await readFile(file, 'utf8')).toBe('port: 4000\n');
});

test('a change that changes nothing does not touch the file', async () => {
  await write('port:    4000\n');
  const store = await open();
  const before = (await stat(file)).mtimeMs;
  await store.update((settings) => Object.assign(settings, { port: 4000 }));
  expect((await stat(file)).mtimeMs).toBe(before);
});
