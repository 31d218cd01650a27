import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withClientTables } from './lib/clients-table.mjs';

/** Writes the tables of docs/clients.md anew, after a change in assets/clients. */
const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'docs', 'clients.md');
writeFileSync(file, withClientTables(readFileSync(file, 'utf8'), root));
