import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { validateConfigText } from '../../../main/cli/offline/validate-config.ts';

const asset = (name: string) => readFile(fileURLToPath(new URL(`../../../assets/${name}`, import.meta.url)), 'utf8');

test('a description of a client is checked as one, with line and column', async () => {
  const text = await asset('clients/cursor.yaml');
  expect(await validateConfigText(text, '/c/cursor.yaml')).toBeNull();
  expect(await validateConfigText(text.replace('format: json', 'format: ini'), '/c/cursor.yaml')).toMatchObject({
    code: 'invalid-config',
    message: expect.stringMatching(/^\/c\/cursor\.yaml:3:9: "format"/),
  });
});

test('presets and settings are told from it', async () => {
  expect(await validateConfigText(await asset('presets/mkp.yaml'), '/p/mkp.yaml')).toBeNull();
  expect(await validateConfigText('clients: { vscode: { file: ~/m.json } }', '/config.yaml')).toBeNull();
  expect(await validateConfigText('clients: { vscode: { file: m.json } }', '/config.yaml')).toMatchObject({
    message: expect.stringContaining('give the whole path'),
  });
});
