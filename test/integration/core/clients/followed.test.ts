import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDeep } from '../../../fixtures/clients/client-sandbox.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';

let sandbox: SandboxedCore;

beforeAll(async () => {
  sandbox = await coreInSandbox();
});

afterAll(() => sandbox?.dispose());

const problems = () => sandbox.core.status.current().problems.map(({ message }) => message);
const listed = (id: string) => sandbox.core.status.current().clients.find((client) => client.id === id);

test('descriptions of clients by the user come, break and go while Berth runs', async () => {
  const folder = sandbox.core.paths.clients;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'mine.yaml');
  const row = (id: string, title: string) =>
    `id: ${id}\ntitle: ${title}\nformat: json\nkey: [servers]\nvia: url\nentries: { url: { url: '\${url}' } }\n` +
    'paths: { linux: [~/.mine/mcp.json] }\ndetect: { linux: { folders: [~/.mine] } }\nreload: Restart it.\nverifiedAt: null\n';
  const mine = () => listed('mine')?.title;
  await writeFile(file, row('mine', 'Mine'));
  await expect.poll(mine, { timeout: 10_000 }).toBe('Mine');
  await writeFile(file, row('cursor', 'My Cursor'));
  await expect.poll(() => listed('cursor')?.title, { timeout: 10_000 }).toBe('My Cursor');
  await expect.poll(mine).toBeUndefined();
  await writeFile(file, row('cursor', 'My Cursor').replace('json', 'ini'));
  await expect.poll(problems, { timeout: 10_000 }).toEqual([expect.stringContaining('mine.yaml:3:9')]);
  await expect.poll(() => listed('cursor')?.title).toBe('Cursor');
  await rm(file);
  await expect.poll(problems, { timeout: 10_000 }).toEqual([]);
});

test('a file is pinned and freed by the settings, and an unknown client is refused', async () => {
  const file = join(sandbox.home, 'portable', 'mcp.json');
  const usual = listed('vscode')?.file;
  await sandbox.call('settings.update', { clients: { vscode: { file } } });
  await expect.poll(() => listed('vscode')?.file, { timeout: 10_000 }).toBe(file);
  await expect(sandbox.call('settings.update', { clients: { nobody: { file } } })).rejects.toMatchObject({
    code: 'not-found',
  });
  await sandbox.call('settings.update', { clients: {} });
  await expect.poll(() => listed('vscode')?.file, { timeout: 10_000 }).toBe(usual);
});

test('programs and overrides that only the login shell knows are found', async () => {
  const home = join(sandbox.home, 'other');
  const program = join(home, 'tools', 'opencode');
  await writeDeep(program, '#!/bin/sh\n');
  await chmod(program, 0o755);
  await writeDeep(join(home, '.profile'), `export PATH="${join(home, 'tools')}:$PATH" QWEN_HOME=/q\n`);
  const other = await coreInSandbox({ home, env: { PATH: '/usr/bin:/bin' } });
  try {
    const seen = (id: string) => other.core.status.current().clients.find((client) => client.id === id);
    await expect.poll(() => seen('opencode')?.application, { timeout: 15_000 }).toBe('found');
    expect(seen('qwen-code')?.file).toBe('/q/settings.json');
  } finally {
    await other.dispose();
  }
});
