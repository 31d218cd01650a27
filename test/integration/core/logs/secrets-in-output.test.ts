import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followOutput } from '../../../../main/core/logs/follow-output.ts';
import { LogStore } from '../../../../main/core/logs/log-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-secrets-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Writes the bytes in these pieces through the real way, and answers everything that was kept, in memory and on disk. */
async function keptOf(secrets: readonly string[], pieces: readonly Buffer[]) {
  await rm(folder, { recursive: true, force: true });
  const store = new LogStore({ folder, maxFileBytes: 2_000, maxFiles: 50, ringBytes: 1_000_000 });
  store.addSecrets('a', secrets);
  const pipe = new PassThrough();
  followOutput(pipe, store, { slug: 'a', stream: 'stderr' }, () => {});
  for (const piece of pieces) pipe.write(piece);
  pipe.end();
  await finished(pipe);
  const ring = store.query({ tail: 10_000 }).map(({ text }) => text);
  await store.dispose();
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return { ring: ring.join('\n'), files: files.join('') };
}

const secret = fc.oneof(
  fc
    .string({ minLength: 6, maxLength: 60 })
    .filter((text) => /^[^\r\n]*\S[^\r\n]*$/.test(text) && text.trim().length > 5),
  fc.uint8Array({ minLength: 8, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.stringMatching(/^[\w%+/=@:?& -]{6,40}$/).filter((text) => text.trim().length > 5),
);
const forms: readonly ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  (text) => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('base64url'),
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
];
const around = fc.stringMatching(/^[A-Z0-9 ._:"'\r-]{0,40}$/);
const line = fc.record({
  before: around,
  after: around,
  which: fc.nat(),
  form: fc.nat({ max: forms.length - 1 }),
  end: fc.constantFrom('\n', '\r\n'),
});

test('values that Berth gave to a server are nowhere, however its output is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 4 }),
      fc.array(line, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat({ max: 4_000 }), { maxLength: 30 }),
      async (secrets, lines, places) => {
        const said = lines.map(({ before, after, which, form, end }) => {
          const shown = forms[form]?.(secrets[which % secrets.length] ?? '') ?? '';
          return { shown, text: `${before}${shown}${after}${end}` };
        });
        const bytes = Buffer.from(said.map(({ text }) => text).join(''));
        const ends = [...places.map((place) => place % bytes.length), bytes.length].sort((a, b) => a - b);
        const kept = await keptOf(
          secrets,
          ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)),
        );
        // What stands around them may by chance contain one that is short; that is hidden as well.
        for (const { shown } of said) {
          expect(kept.ring).not.toContain(shown);
          expect(kept.files).not.toContain(shown);
        }
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);

test('what stands around them stays', async () => {
  const { ring, files } = await keptOf(
    ['correct horse'],
    [Buffer.from('say corre'), Buffer.from('ct horse again\nnext\n')],
  );
  expect(ring).toBe('say [redacted] again\nnext');
  expect(files).toMatch(/ INFO stderr say \[redacted\] again\n.* INFO stderr next\n$/);
});

test('a key that is printed over several lines and chunks is nowhere', async () => {
  const body = Array.from({ length: 20 }, (_, index) => `MIIEvQIBADANBg${index}`);
  const text = [
    'before',
    '-----BEGIN RSA PRIVATE KEY-----',
    ...body,
    '-----END RSA PRIVATE KEY-----',
    'after',
    '',
  ].join('\n');
  for (const size of [1, 7, 40, 10_000]) {
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const { ring, files } = await keptOf([], pieces);
    expect(ring).not.toContain('MIIE');
    expect(files).not.toContain('MIIE');
    expect(ring).toMatch(/^before\n[\s\S]*\nafter$/);
  }
});

test('a value that the cut of an overlong line would split is not kept in part', async () => {
  const value = 'abcdefghijklmnopqrstuvwxyz0123456789';
  for (const at of [16 * 1024 - 20, 64 * 1024 - 20]) {
    const { ring, files } = await keptOf([value], [Buffer.from(`${'.'.repeat(at)}${value}${'.'.repeat(70_000)}\n`)]);
    expect(ring.length).toBeLessThan(17_000);
    expect(ring).toMatch(/… \(\d+ (more characters|bytes)\)$/);
    expect(ring + files).not.toContain('abcdefgh');
  }
});

test('a value that stands inside something longer in base64 is not kept', async () => {
  const header = Buffer.from('user:correct-horse-battery').toString('base64');
  const { ring } = await keptOf(['correct-horse-battery'], [Buffer.from(`sent ${header}\n`)]);
  expect(ring).not.toContain(Buffer.from('horse-batt').toString('base64').slice(2, -4));
  expect(ring).toContain('[redacted]');
});
