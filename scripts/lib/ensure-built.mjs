import { build, isBuilt } from './build.mjs';

/** Builds what the tests run, unless it is newer than its sources. Answers null, or why there is no build. */
export async function ensureBuilt(root) {
  if (isBuilt(root)) return null;
  console.log('Building (vite build)…');
  const code = await build(root, { quiet: true });
  return code === 0 ? null : `vite build ended with ${code}; what it said is above`;
}
