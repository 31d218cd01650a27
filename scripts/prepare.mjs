#!/usr/bin/env node
/** Builds Berth at `npm install`, so that `berth` works from a checkout. An installation without the build tools is no error. */
import { join } from 'node:path';
import { build, canBuild, isBuilt } from './lib/build.mjs';

const root = join(import.meta.dirname, '..');

if (!canBuild(root)) {
  process.stderr.write('Berth was not built: the build tools are not installed (npm install --omit=dev).\n');
} else if (!isBuilt(root)) {
  process.exitCode = await build(root, { quiet: true });
}
