import fs, { linkSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../../main/core/clients/atomic-replace.ts';
import { FileChanged } from '../../../../main/core/clients/swap-file.ts';
import { type FileSnapshot, readTarget } from '../../../../main/core/clients/target-file.ts';

/** What another program does in the moment between two of our system calls: no scheduler hits that moment when a test wants it. */
describe('another program that writes in the very moment', () => {
  let folder: string;
  let path: string;
  let snapshot: FileSnapshot;
  const real = { renameSync, linkSync };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-swap-'));
    path = join(folder, 'config.json');
    await writeFile(path, 'old');
    snapshot = await readTarget(path);
  });
  afterEach(async () => {
    Object.assign(fs, real);
    syncBuiltinESMExports();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs `foreign` directly before our nth rename that concerns the file. */
  const beforeRename = (...foreign: (() => void)[]) => {
    fs.renameSync = (from, to) => {
      foreign.shift()?.();
      real.renameSync(from, to);
    };
    syncBuiltinESMExports();
  };
  const replaces = (text: string) => () => {
    writeFileSync(`${path}.foreign`, text);
    real.renameSync(`${path}.foreign`, path);
  };
  const swap = (text: string | null) =>
    replaceFile(snapshot, text === null ? null : { bytes: Buffer.from(text), mode: 0o600 }, {
      platform: process.platform,
      lock: null,
    });
  const content = () => readFile(path, 'utf8');

  it('that stays away finds the new file and nothing beside it', async () => {
    await swap('new');
    expect(await content()).toBe('new');
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it.runIf(process.platform === 'linux')('and replaces the file is told of, and nothing of ours is in', async () => {
    beforeRename(replaces('theirs'));
    await expect(swap('new')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('in the very moment'),
      details: { overwritten: true },
    });
    expect(await content()).toBe('old');
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it.runIf(process.platform === 'linux')('and replaces it again while we take ours back is told of too', async () => {
    beforeRename(() => writeFileSync(path, 'in place'), replaces('theirs'));
    await expect(swap('new')).rejects.toMatchObject({ details: { overwritten: true } });
    expect(await content()).toBe('in place');
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it('and writes in place has what it wrote', async () => {
    beforeRename(() => writeFileSync(path, 'in place'));
    await expect(swap('new')).rejects.toBeInstanceOf(FileChanged);
    expect(await content()).toBe('in place');
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it('and goes on writing into the file that it opened before has all that it wrote', async () => {
    const open = fs.openSync(path, 'r+');
    beforeRename(() => fs.writeSync(open, 'beg', 0));
    await expect(swap('new')).rejects.toBeInstanceOf(FileChanged);
    fs.writeSync(open, 'in and end', 3);
    fs.closeSync(open);
    expect(await content()).toBe('begin and end');
  });

  it('and replaces the file before our last look makes us start again', async () => {
    fs.linkSync = (from, to) => {
      real.linkSync(from, to);
      replaces('theirs')();
    };
    syncBuiltinESMExports();
    await expect(swap('new')).rejects.toBeInstanceOf(FileChanged);
    expect(await content()).toBe('theirs');
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it('and has its new file ready beside ours goes first', async () => {
    writeFileSync(`${path}.tmp.4711`, 'theirs');
    const swapping = swap('new');
    setTimeout(() => renameSync(`${path}.tmp.4711`, path), 100);
    await expect(swapping).rejects.toBeInstanceOf(FileChanged);
    expect(await content()).toBe('theirs');
  });

  it('and replaces a file that we delete keeps it', async () => {
    beforeRename(replaces('theirs'));
    await expect(swap(null)).rejects.toBeInstanceOf(FileChanged);
    expect(await content()).toBe('theirs');
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it('and makes the file that we make keeps it', async () => {
    fs.rmSync(path);
    snapshot = await readTarget(path);
    fs.linkSync = (from, to) => {
      if (to === path) writeFileSync(path, 'theirs');
      real.linkSync(from, to);
    };
    syncBuiltinESMExports();
    await expect(swap('new')).rejects.toBeInstanceOf(FileChanged);
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(await readdir(folder)).toEqual(['config.json']);
  });
});
