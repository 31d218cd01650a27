import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { clientPackages } from '../../clients/packages.mjs';

const page = fileURLToPath(new URL('../../../docs/clients.md', import.meta.url));

test('docs/clients.md names the version of each client that is asked', async () => {
  const markdown = await readFile(page, 'utf8');
  const said = [...markdown.matchAll(/^\| `([a-z-]+)` (\S+) \|/gm)].map(([, id, version]) => `${id} ${version}`);
  const platform = `-${process.platform}-${process.arch}`;
  const asked = Object.entries(clientPackages).map(([id, { version }]) => `${id} ${version.replace(platform, '')}`);
  expect(said.toSorted()).toEqual(asked.toSorted());
});
