import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SseEvent, SseParser } from '../../../../main/core/backend/sse-parser.ts';

function parse(chunks: (string | Buffer)[], max = 10_000): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = new SseParser((event) => events.push(event), max);
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return events;
}

test('reads events, types, ids, comments and several data lines', () => {
  const stream = ': hello\nevent: endpoint\ndata: /message\n\nid: 7\ndata:one\ndata:  two\n\nignored: x\n\ndata\n\n';
  expect(parse([stream])).toEqual([
    { event: 'endpoint', data: '/message', id: null },
    { event: 'message', data: 'one\n two', id: '7' },
    { event: 'message', data: '', id: '7' },
  ]);
});

test('an event that was not ended is none', () => {
  expect(parse(['data: half'])).toEqual([]);
  expect(parse(['data: half\n'])).toEqual([]);
});

test('remembers how long to wait', () => {
  const parser = new SseParser(() => {}, 100);
  parser.push(Buffer.from('retry: 250\nretry: soon\n\n'));
  expect(parser.retryMs).toBe(250);
});

test('however the bytes are cut and lines are ended, the events are the same', () => {
  const text = '\uFEFFid: 1\ndata: grüße 🚢\n\nevent: x\ndata: a\ndata: b\n\n';
  const expected = parse([text]);
  expect(expected).toHaveLength(2);
  fc.assert(
    fc.property(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 12 }),
      (end, cuts) => {
        const bytes = Buffer.from(text.replaceAll('\n', end));
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((stop, index) => bytes.subarray(at[index], stop));
        expect(parse(chunks)).toEqual(expected);
      },
    ),
  );
});

test('one event is bounded, many are not', () => {
  expect(() => parse([`data: ${'x'.repeat(200)}`], 100)).toThrow(RangeError);
  expect(() => parse(['data: ', ...Array.from({ length: 30 }, () => 'xxxxx')], 100)).toThrow(RangeError);
  expect(parse([`data: ${'x'.repeat(50)}\n\n`.repeat(10), ': ping\n\n'.repeat(50)], 100)).toHaveLength(10);
});
