import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogLine } from '../../../../contract/model/log.ts';
import { Emitter } from '../../../../main/core/emitter.ts';
import { LogStore } from '../../../../main/core/logs/log-store.ts';

let folder: string;
let store: LogStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-logs-'));
  store = open({});
});
afterEach(async () => {
  await store.dispose();
  await rm(folder, { recursive: true, force: true });
});

function open(change: Partial<ConstructorParameters<typeof LogStore>[0]>): LogStore {
  return new LogStore({ folder, maxFileBytes: 100_000, maxFiles: 3, ringBytes: 1_000_000, ...change });
}
const say = (text: string, slug = 'a') => store.append({ slug, stream: 'stderr', text });
const texts = (lines: LogLine[]) => lines.map((line) => line.text);

class Follower {
  readonly texts: string[] = [];
  dropped = 0;
  readonly #seen = new Emitter<void>();
  readonly onLine = ({ text }: LogLine) => {
    this.texts.push(text);
    this.#seen.fire();
  };
  readonly onDropped = (count: number) => {
    this.dropped += count;
  };

  async sees(text: string): Promise<void> {
    while (!this.texts.includes(text)) {
      await new Promise<void>((resolve) => {
        const subscription = this.#seen.event(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
  }
}

test('answers what was asked, oldest first', () => {
  say('I1121 10:00:00 one');
  say('two', 'b');
  say('E1121 10:00:00 three');
  store.append({ slug: 'a', stream: 'event', level: 'warn', text: 'four\nfive\r\n' });
  expect(texts(store.query())).toEqual(['I1121 10:00:00 one', 'two', 'E1121 10:00:00 three', 'four', 'five']);
  expect(texts(store.query({ slug: 'a', level: 'warn' }))).toEqual(['E1121 10:00:00 three', 'four', 'five']);
  expect(texts(store.query({ tail: 2 }))).toEqual(['four', 'five']);
  expect(store.query({ tail: 0 })).toEqual([]);
  expect(store.query({ since: '2999-01-01T00:00:00+01:00' })).toEqual([]);
  expect(store.query().map((line) => line.seq)).toEqual([1, 2, 3, 4, 5]);
});

test('followers get new lines that fit until they leave', async () => {
  const follower = new Follower();
  say('before');
  const subscription = store.follow({ slug: 'a', level: 'error', tail: 5, since: '2999-01-01T00:00:00Z' }, follower);
  say('error: one');
  say('error: two', 'b');
  say('info');
  await follower.sees('error: one');
  say('error: three');
  await follower.sees('error: three');
  subscription.dispose();
  say('error: four');
  const after = new Follower();
  store.follow({}, after);
  say('error: five');
  await after.sees('error: five');
  expect(follower).toMatchObject({ texts: ['error: one', 'error: three'], dropped: 0 });
});

test('in a flood followers get the newest lines, and how many they missed', async () => {
  const follower = new Follower();
  store.follow({ level: 'info' }, follower);
  const chunk = Array.from({ length: 1_000 }, (_, index) => `${'.'.repeat(80)} ${index}`).join('\n');
  for (let turn = 0; turn < 100; turn += 1) say(chunk);
  say('the last');
  await follower.sees('the last');
  expect(follower.dropped).toBeGreaterThan(80_000);
  expect(follower.texts.length + follower.dropped).toBe(100_001);
});

test('nothing is stored before it is redacted, neither in memory nor on disk', async () => {
  store.addSecrets('a', ['correct-horse']);
  say('the word is correct-horse, Authorization: Bearer abcdefgh12345');
  say('the word is correct-horse', 'berth');
  await store.flush();
  expect(texts(store.query())).toEqual([
    'the word is [redacted], Authorization: Bearer [redacted]',
    'the word is [redacted]',
  ]);
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  expect(files.join()).not.toMatch(/correct-horse|abcdefgh/);
  expect((await stat(join(folder, 'a.log'))).mode & 0o777).toBe(0o600);
});

test('a key that is printed line by line is nowhere', async () => {
  for (const line of ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBg', '-----END PRIVATE KEY-----', 'after']) say(line);
  await store.flush();
  const text = await readFile(join(folder, 'a.log'), 'utf8');
  expect(text).not.toContain('MIIEvQIBADANBg');
  expect(text).toContain('after');
});

test('files are cut at line ends and bounded in size and number, and the newest lines survive', async () => {
  for (let line = 0; line < 5_000; line += 1) say(`line ${line} ${'.'.repeat(80)}`);
  await store.flush();
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(['a.1.log', 'a.2.log', 'a.log']);
  for (const name of names) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(100_000);
  const all = await Promise.all(['a.2.log', 'a.1.log', 'a.log'].map((name) => readFile(join(folder, name), 'utf8')));
  const numbers = all
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => Number(/ line (\d+) /.exec(line)?.[1]));
  expect(numbers.at(-1)).toBe(4_999);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 5_000 - numbers.length + index));
});

test('memory is bounded, and a flood of one server does not push out another', async () => {
  say('quiet words', 'quiet');
  for (let line = 0; line < 100_000; line += 1) say(`flood ${line}`, 'loud');
  const kept = store.query({ slug: 'loud', tail: 10_000 });
  expect(kept.length).toBeGreaterThan(3_000);
  expect(kept.length).toBeLessThan(1_000_000 / 160);
  expect(kept.at(-1)?.text).toBe('flood 99999');
  expect(texts(store.query({ slug: 'quiet' }))).toEqual(['quiet words']);
});

test('an endless line is cut', () => {
  say('x'.repeat(100_000));
  expect(store.query()[0]?.text).toBe(`${'x'.repeat(16_384)}… (83616 more characters)`);
});

test('a folder that cannot be written costs the files and nothing else, with one visible problem', async () => {
  await store.dispose();
  await rm(folder, { recursive: true });
  await writeFile(folder, 'in the way');
  store = open({});
  const problems: unknown[] = [];
  store.onDidChangeProblem((problem) => problems.push(problem?.code ?? null));
  say('one');
  await store.flush();
  say('two');
  await store.flush();
  expect(problems).toEqual(['internal']);
  expect(store.problem?.hint).toContain(folder);
  expect(texts(store.query())).toEqual(['one', 'two']);
  await rm(folder);
  await mkdir(folder);
});

test('after a restart the newest lines are there again', async () => {
  say('E1121 10:00:00 one');
  say('two', 'b');
  await store.dispose();
  store = open({});
  await store.restore();
  say('three');
  const lines = store.query();
  expect(texts(lines)).toEqual(['E1121 10:00:00 one', 'two', 'three']);
  expect(lines.map(({ slug, level }) => `${slug} ${level}`)).toEqual(['a error', 'b info', 'a info']);
});
