import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter, type OverlongLine } from '../../../../main/core/backend/line-splitter.ts';

function split(chunks: Buffer[], maxBytes = 1_000) {
  const lines: string[] = [];
  const overlong: OverlongLine[] = [];
  const splitter = new LineSplitter(
    { maxBytes, headBytes: 5 },
    (line) => lines.push(line),
    (line) => overlong.push(line),
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { lines, overlong };
}

test('however the bytes are cut, the lines are the same', () => {
  const bytes = Buffer.from('eins\r\nzwei äöü\n\n🚢\nlast');
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 10 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((stop, index) => bytes.subarray(at[index], stop));
      expect(split(chunks).lines).toEqual(['eins', 'zwei äöü', '🚢', 'last']);
    }),
  );
});

test('of a line that is too long the beginning and the end are kept, and the next one is whole', () => {
  const chunks = ['short\n', 'x'.repeat(30), 'y'.repeat(600), 'z'.repeat(10), '\nnext\n'].map((text) =>
    Buffer.from(text),
  );
  const { lines, overlong } = split(chunks, 20);
  expect(lines).toEqual(['short', 'next']);
  expect(overlong).toEqual([{ head: 'xxxxx', tail: `${'y'.repeat(246)}${'z'.repeat(10)}`, bytes: 640 }]);
});
