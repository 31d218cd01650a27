import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe } from 'vitest';
import { startDemoClusters } from './clusters.ts';
import { tellMtvStory } from './mtv-story.ts';
import { tellTlsStory } from './tls-story.ts';

const script = fileURLToPath(new URL('../../fixtures/servers/mtv-like.mjs', import.meta.url));
let folder: string;

/** The fixture as a program of one version: a user's path leads to an executable. */
async function programOf(version: string): Promise<void> {
  const path = join(folder, `kubectl-mtv-${version}`);
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' --as ${version} "$@"\n`);
  await chmod(path, 0o755);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-mtv-like-'));
  await programOf('0.3.25');
  await programOf('0.2.8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a server with the traps of kubectl-mtv', () => {
  const story = (version: string, transport: 'stdio' | 'http' | 'sse') =>
    tellMtvStory(version, {
      program: () => join(folder, `kubectl-mtv-${version}`),
      transport,
      clusters: startDemoClusters,
    });
  story('0.3.25', 'stdio');
  story('0.3.25', 'http');
  story('0.2.8', 'stdio');
  story('0.2.8', 'sse');
  tellTlsStory('0.3.25', () => join(folder, 'kubectl-mtv-0.3.25'), 'http');
  tellTlsStory('0.2.8', () => join(folder, 'kubectl-mtv-0.2.8'), 'sse');
});
