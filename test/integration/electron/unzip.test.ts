import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unzip } from '../../../scripts/lib/unzip.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-unzip-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A zip archive of these files, written by the format's own rules (PKWARE APPNOTE 4.3). */
function zip(files: { name: string; content: string; mode: number; deflate: boolean }[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode, deflate } of files) {
    const data = deflate ? deflateRawSync(content) : Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(deflate ? 8 : 0, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    bodies.push(local, Buffer.from(name), data);
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

describe('unzip', () => {
  it('unpacks stored and deflated files with their modes, under the names that it is given', async () => {
    const archive = zip([
      { name: 'top/tool', content: '#!/bin/sh\n'.repeat(100), mode: 0o755, deflate: true },
      { name: 'top/data/a.txt', content: 'plain', mode: 0o644, deflate: false },
      { name: 'top/skipped', content: 'x', mode: 0o644, deflate: false },
    ]);
    await unzip(archive, folder, (name: string) => (name.endsWith('skipped') ? null : name.replace(/^top\//, '')));
    expect(await readFile(join(folder, 'tool'), 'utf8')).toBe('#!/bin/sh\n'.repeat(100));
    expect((await stat(join(folder, 'tool'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(folder, 'data', 'a.txt'), 'utf8')).toBe('plain');
    await expect(stat(join(folder, 'skipped'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a file outside the folder and what is no archive', async () => {
    const evil = zip([{ name: '../evil', content: 'x', mode: 0o644, deflate: false }]);
    await expect(unzip(evil, folder, (name: string) => name)).rejects.toThrow('outside its folder');
    await expect(unzip(Buffer.from('no zip'), folder, (name: string) => name)).rejects.toThrow('not a zip archive');
  });
});
