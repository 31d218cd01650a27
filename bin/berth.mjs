#!/usr/bin/env node
// The `berth` command from a checkout or an installation: runs the built command line, or says how to build it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = join(root, 'dist', 'cli', 'cli.js');

if (existsSync(built)) {
  await import(pathToFileURL(built).href);
} else {
  process.stderr.write(`berth: it has not been built yet. Run \`npm run build\` in ${root}.\n`);
  process.exitCode = 1;
}
