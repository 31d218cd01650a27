import { chmod, link, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers, listenPrivately, preparePrivateFolder } from '../../../main/core/private-socket.ts';

let folder: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-socket-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** A socket file whose process has gone: closing a listener removes its own name only. */
async function leaveBehind(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.first`, resolve));
  await link(`${path}.first`, path);
  await new Promise((resolve) => server.close(resolve));
}

test('of many that come at once, one gets the socket and the others are told so, also over a leftover', async () => {
  for (let round = 0; round < 10; round += 1) {
    const path = join(folder, `control-${round}.sock`);
    await leaveBehind(path);
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, async (_, place) => {
        // Each a little later than the one before, so that every step of one meets every step of another.
        for (let step = 0; step < place; step += 1) await stat(folder);
        return await listenPrivately(path, () => {});
      }),
    );
    for (const result of results) if (result.status === 'fulfilled') servers.push(result.value);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(refused).toEqual(Array(11).fill('conflict'));
    expect(await answers(path)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
});

test('a folder that others may enter is closed, and a link is no private folder', async () => {
  const open = join(folder, 'open');
  await mkdir(open);
  await chmod(open, 0o755);
  await preparePrivateFolder(open);
  expect((await stat(open)).mode & 0o777).toBe(0o700);
  await symlink(open, join(folder, 'link'));
  await expect(preparePrivateFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'refused' });
  await preparePrivateFolder(join(folder, 'link'), { mayBeLink: true });
});
