import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogExportRequest } from '../../../../contract/model/log.ts';
import { LogStore } from '../../../../main/core/logs/log-store.ts';

let folder: string;
let store: LogStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-export-'));
  store = new LogStore({ folder, maxFileBytes: 200_000, maxFiles: 20, ringBytes: 50_000 });
});
afterEach(async () => {
  await store.dispose();
  await rm(folder, { recursive: true, force: true });
});

const say = (text: string, slug = 'a') => store.append({ slug, stream: 'stderr', text });

/** All parts, one after the other; between two of them something may happen. */
async function exported(request: LogExportRequest, between: (part: number) => Promise<void> = async () => {}) {
  let text = '';
  let cursor: string | null | undefined;
  for (let part = 0; cursor !== null; part += 1) {
    if (part > 0) await between(part);
    const answer = await store.exportPart({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    text += answer.text;
    cursor = answer.cursor;
    expect(part).toBeLessThan(100);
  }
  return text;
}

/** The numbers of the lines `… line N …`, in their order. */
const numbers = (text: string) => [...text.matchAll(/ line (\d+) /g)].map((found) => Number(found[1]));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('everything on disk, over all rotated files, in order, also what memory does not hold any more', async () => {
  for (let line = 0; line < 20_000; line += 1) say(`line ${line} ${'.'.repeat(50)}`);
  const text = await exported({ slug: 'a' });
  expect((await readdir(folder)).length).toBeGreaterThan(5);
  expect(numbers(text)).toEqual(upTo(20_000));
  expect(text.split('\n')[0]).toMatch(/^\d{4}-.*Z INFO stderr line 0 \.+$/);
});

test('only what the filter lets through, and without what became known as a secret later', async () => {
  say('error: the word is correct-horse');
  say('error: other');
  say('I1121 10:00:00 correct-horse as well');
  store.addSecrets('a', ['correct-horse']);
  expect(await exported({ slug: 'a', level: 'error', search: 'WORD' })).toMatch(
    /^\S+ ERROR stderr error: the word is \[redacted\]\n$/,
  );
  expect(await exported({ slug: 'a', since: '2999-01-01T00:00:00Z' })).toBe('');
  expect(await exported({ slug: 'nobody' })).toBe('');
});

test('colours and other terminal sequences stay behind', async () => {
  say('\u001b[31mERROR\u001b[0m red \u001b]0;title\u0007words\u001b');
  expect(await exported({ slug: 'a', search: 'error red words' })).toMatch(/ ERROR red words\n$/);
});

test('several servers are merged by time, each line with its server', async () => {
  for (let line = 0; line < 12_000; line += 1) say(`line ${line} ${'.'.repeat(60)}`, ['a', 'b', 'berth'][line % 3]);
  const text = await exported({});
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(12_000);
  const times = lines.map((line) => line.split(' ')[1] ?? '');
  expect(times).toEqual([...times].sort());
  for (const slug of ['a', 'b', 'berth']) {
    const own = numbers(lines.filter((line) => line.startsWith(`${slug} `)).join('\n'));
    expect(own).toEqual(upTo(12_000).filter((line) => ['a', 'b', 'berth'][line % 3] === slug));
  }
});

test('files that are rotated meanwhile: no line twice, none left out that is still there, and it ends', async () => {
  for (let line = 0; line < 20_000; line += 1) say(`line ${line} ${'.'.repeat(50)}`);
  const text = await exported({ slug: 'a' }, async () => {
    for (let line = 0; line < 4_000; line += 1) say(`later ${line} ${'.'.repeat(50)}`);
    await store.flush();
  });
  expect(numbers(text)).toEqual(upTo(20_000));
});

test('a file that is gone before it was read is left out, and the rest comes', async () => {
  for (let line = 0; line < 20_000; line += 1) say(`line ${line} ${'.'.repeat(50)}`);
  const text = await exported({ slug: 'a' }, async (part) => {
    if (part === 1) await store.limit({ maxFileBytes: 200_000, maxFiles: 2 });
  });
  const got = numbers(text);
  expect(got.at(-1)).toBe(19_999);
  expect(new Set(got).size).toBe(got.length);
  expect(got).toEqual([...got].sort((a, b) => a - b));
});

test('a cursor that is none is refused', async () => {
  await expect(store.exportPart({ slug: 'a', cursor: '{}' })).rejects.toMatchObject({ code: 'invalid-argument' });
});
