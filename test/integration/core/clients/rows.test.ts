import { readFile, rm, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClientVia } from '../../../../contract/model/client.ts';
import { waysOf } from '../../../../main/core/clients/registry.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';
import { typicalConfigs } from '../../../fixtures/clients/typical-configs.ts';

let sandbox: ClientSandbox;
beforeEach(async () => {
  sandbox = await openClientSandbox();
});
afterEach(() => sandbox.dispose());

const rows = await openClientSandbox().then(async (opened) => {
  await opened.dispose();
  return opened.registry;
});

test('every client has a typical file', () => {
  expect(Object.keys(typicalConfigs).sort()).toEqual(rows.map(({ id }) => id).sort());
});

/** Installs, gives what the file says then, and takes everything out again, which brings the former bytes back. */
async function installed(id: string, via: ClientVia, before: string | null): Promise<string> {
  const clients = sandbox.create({
    bridgeCommand: () => ({ command: '/opt/berth/berth', args: [], env: { BERTH_HOME: '/home/me/b' } }),
    prepareToken: async () => ({ token: 'TOKEN', keep: async () => undefined, drop: async () => undefined }),
    revokeToken: async () => undefined,
  });
  const { file } = await clients.get(id);
  if (before !== null) await writeDeep(file, before);
  const client = await clients.install({ client: id, slugs: ['dev'], via });
  expect(client).toMatchObject({ state: 'installed', entries: [{ slug: 'dev', via, state: 'installed' }] });
  const text = await readFile(file, 'utf8');
  const mode = ((await stat(file)).mode & 0o777).toString(8);
  await clients.uninstall({ client: id });
  expect(await readFile(file, 'utf8').catch(() => null)).toBe(before);
  await rm(file, { force: true });
  clients.dispose();
  const title = before === null ? `~/${relative(sandbox.home, file)}, ${mode}, new` : 'a file in use';
  return `===== by ${via}: ${title}\n${text}`;
}

test('a client that accepts no file with servers only gets none, and its user is told to open it first', async () => {
  const { clients } = sandbox;
  const { file } = await clients.get('continue');
  for (const before of [null, '\n']) {
    if (before !== null) await writeDeep(file, before);
    const refused = { code: 'unsupported', hint: 'Open Continue once, so that it makes its own, then install again.' };
    const change = { client: 'continue', slugs: ['a'] };
    await expect(clients.preview({ ...change, action: 'install' })).rejects.toMatchObject(refused);
    await expect(clients.install(change)).rejects.toMatchObject(refused);
    expect(await readFile(file, 'utf8').catch(() => null)).toBe(before);
  }
});

test.each(rows.map((row) => [row.id, row] as const))('what is written for %s', async (id, row) => {
  const written: string[] = [];
  for (const via of waysOf(row)) {
    const befores = row.needsFile ? [] : [null];
    for (const before of [...befores, typicalConfigs[id] ?? '']) written.push(await installed(id, via, before));
  }
  await expect(written.join('\n')).toMatchFileSnapshot(`../../../fixtures/clients/golden/${id}.txt`);
});
