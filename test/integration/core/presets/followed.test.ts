import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Preset } from '../../../../contract/model/preset.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';

let sandbox: SandboxedCore;

beforeAll(async () => {
  sandbox = await coreInSandbox();
});

afterAll(() => sandbox?.dispose());

const { signal } = new AbortController();
const listed = async () => (await sandbox.core.handlers['presets.list'](undefined, { signal })) as Preset[];
const problems = () => sandbox.core.status.current().problems.map(({ message }) => message);

test('presets of the user come, change, break and go while Berth runs', async () => {
  const folder = sandbox.core.paths.presets;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'mine.yaml');
  const text = (title: string) =>
    `id: mine\ntitle: ${title}\ndescription: x\nhomepage: null\nneedsContext: false\nsharedChild: false\nprogram: { names: [x], install: x }\ntransports: [{ transport: stdio }]\n`;
  const title = async () => (await listed()).find(({ id }) => id === 'mine')?.title;
  await writeFile(file, text('First'));
  await expect.poll(title, { timeout: 10_000 }).toBe('First');
  await writeFile(file, text('Second'));
  await expect.poll(title, { timeout: 10_000 }).toBe('Second');
  await writeFile(file, 'id: [');
  await expect.poll(problems, { timeout: 10_000 }).toEqual([expect.stringContaining('mine.yaml:1:6')]);
  await rm(file);
  await expect.poll(problems, { timeout: 10_000 }).toEqual([]);
  expect(await title()).toBeUndefined();
});
