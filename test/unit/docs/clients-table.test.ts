import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withClientTables } from '../../../scripts/lib/clients-table.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('docs/clients.md says what assets/clients says; after a change: node scripts/clients-table.mjs', async () => {
  const markdown = await readFile(join(root, 'docs', 'clients.md'), 'utf8');
  expect(markdown).toBe(withClientTables(markdown, root));
});
