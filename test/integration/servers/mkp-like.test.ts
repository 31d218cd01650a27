import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { startDemoClusters } from './clusters.ts';
import { tellMkpStory } from './mkp-story.ts';

const script = fileURLToPath(new URL('../../fixtures/servers/mkp-like.mjs', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-mkp-like-'));
  await writeFile(join(folder, 'mkp'), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  await chmod(join(folder, 'mkp'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

for (const transport of ['http', 'sse'] as const) {
  const program = () => join(folder, 'mkp');
  tellMkpStory('a server with the traps of MKP', { program, transport, clusters: startDemoClusters });
}
