import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RotatingFile, type WriteQueue } from '../../../../main/core/logs/rotating-file.ts';

let folder: string;
let path: string;
const opened: RotatingFile[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-rotating-'));
  path = join(folder, 'a.log');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((file) => file.close()));
  await rm(folder, { recursive: true, force: true });
});

function rotating({ maxFileBytes = 100, maxFiles = 3, most = 1_000_000 } = {}) {
  const limits = { maxFileBytes, maxFiles };
  const queue: WriteQueue = { bytes: 0, most };
  const file = new RotatingFile({ path, limits: () => limits, queue, onProblem: () => {} });
  opened.push(file);
  const say = (text: string) => file.append(Buffer.from(`${text}\n`), 1);
  return { file, say, limits, queue };
}

test('what a larger limit allowed goes when the limit is lowered, and other servers keep theirs', async () => {
  await writeFile(join(folder, 'a-b.4.log'), 'theirs\n');
  const { file, say, limits } = rotating({ maxFiles: 6 });
  for (let line = 0; line < 50; line += 1) say(`line ${line}`);
  await file.flush();
  expect((await readdir(folder)).sort()).toEqual(['a-b.4.log', 'a.1.log', 'a.2.log', 'a.3.log', 'a.4.log', 'a.log']);
  limits.maxFiles = 2;
  await file.prune();
  expect((await readdir(folder)).sort()).toEqual(['a-b.4.log', 'a.1.log', 'a.log']);
  limits.maxFileBytes = 1_000;
  for (let line = 50; line < 100; line += 1) say(`line ${line}`);
  await file.flush();
  expect((await readdir(folder)).sort()).toEqual(['a-b.4.log', 'a.1.log', 'a.log']);
  expect(await readFile(path, 'utf8')).toMatch(/line 99\n$/);
});

test('a run goes on where the last one ended, also after half a line', async () => {
  await writeFile(path, 'whole\nhal');
  await chmod(path, 0o644);
  const { file, say } = rotating();
  say('next');
  await file.flush();
  expect(await readFile(path, 'utf8')).toBe('whole\nhal\nnext\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that somebody removes or moves away is made again', async () => {
  const { file, say } = rotating({ maxFileBytes: 10_000 });
  for (const away of [() => rm(path), () => rename(path, join(folder, 'kept'))]) {
    say('before');
    await file.flush();
    await away();
    say('after');
    await file.flush();
    expect(await readFile(path, 'utf8')).toBe('after\n');
  }
});

test.skipIf(process.platform === 'win32')(
  'a disk that takes nothing: the writer waits once and briefly, memory is bounded, and what is left out is counted in the file',
  async () => {
    // A pipe that nobody reads is a disk that stands still.
    execFileSync('mkfifo', [path]);
    const reader = await open(path, 'r+');
    const { file, say, queue } = rotating({ maxFileBytes: 1e9, most: 6_000_000 });
    const line = 'x'.repeat(9_999);
    let waits = 0;
    for (let count = 0; count < 1_000; count += 1) {
      say(line);
      expect(queue.bytes).toBeLessThanOrEqual(6_000_000);
      const pressure = file.pressure();
      if (!pressure) continue;
      waits += 1;
      await pressure;
    }
    expect(waits).toBe(1);

    // The disk comes back.
    let read = 0;
    let text = '';
    const drained = (async () => {
      const buffer = Buffer.alloc(1 << 20);
      while (!text.endsWith('the end\n')) {
        const { bytesRead } = await reader.read(buffer, 0, buffer.length, null);
        text = (text + buffer.toString('utf8', 0, bytesRead)).slice(-200_000);
        read += bytesRead;
      }
    })();
    await file.flush();
    say('the end');
    await file.flush();
    await drained;
    await reader.close();
    const skipped = Number(/WARN event \((\d+) lines were not written to this file\)\nthe end\n$/.exec(text)?.[1]);
    expect(skipped).toBeGreaterThan(300);
    const note = / WARN event /.exec(text) ? (text.split('\n').at(-3)?.length ?? 0) : 0;
    expect(read).toBe((1_000 - skipped) * 10_000 + note + 1 + 'the end\n'.length);
    expect(queue.bytes).toBe(0);
  },
  20_000,
);
