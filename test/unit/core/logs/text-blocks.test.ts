import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OverlongText, TextBlocks } from '../../../../main/core/logs/text-blocks.ts';

function collect(chunks: readonly Buffer[]) {
  const texts: string[] = [];
  const overlong: OverlongText[] = [];
  const blocks = new TextBlocks(
    (text) => texts.push(text),
    (line) => overlong.push(line),
  );
  for (const chunk of chunks) blocks.push(chunk);
  blocks.end();
  return { texts, overlong };
}

/** The bytes in pieces that end at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('a chunk of whole lines is one text; what is begun waits for its end', () => {
  expect(collect(['one\ntwo\nthr', 'ee\r\n', 'four'].map((text) => Buffer.from(text))).texts).toEqual([
    'one\ntwo\n',
    'three\r\n',
    'four',
  ]);
});

test('wherever the chunks end, the same text comes, and no line in halves', () => {
  const line = fc.stringMatching(/^[a-zé€😀 ]{0,30}$/u);
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 2_000 })), (lines, places) => {
      const text = lines.join('\n');
      const { texts } = collect(cut(Buffer.from(text), places));
      expect(texts.join('')).toBe(text);
      for (const each of texts.slice(0, -1)) expect(each.endsWith('\n')).toBe(true);
    }),
  );
});

test('bytes that are no UTF-8 become replacement characters, also over the end of a chunk', () => {
  expect(collect([Buffer.from([0x61, 0xff, 0xe2]), Buffer.from([0x82, 0x0a])]).texts).toEqual(['a\ufffd\ufffd\n']);
});

test('an endless line is not kept: its beginning and its length are told, and the next line is whole', () => {
  const piece = Buffer.alloc(50_000, 'x');
  const { texts, overlong } = collect([Buffer.from('before\n'), ...Array(40).fill(piece), Buffer.from('y\nafter\n')]);
  expect(texts).toEqual(['before\n', 'after\n']);
  expect(overlong.map(({ head, bytes }) => ({ head: head.length, bytes }))).toEqual([
    { head: 64 * 1024, bytes: 2_000_001 },
  ]);
});
