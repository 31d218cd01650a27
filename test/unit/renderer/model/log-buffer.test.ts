import { describe, expect, test } from 'vitest';
import type { LogLine } from '../../../../contract/model/log.ts';
import { LogBuffer, logText } from '../../../../renderer/model/log-buffer.ts';

const line = (seq: number, text = `line ${seq}`): LogLine => ({
  seq,
  time: '2026-01-02T03:04:05.000Z',
  slug: 'cluster',
  stream: 'stderr',
  level: 'info',
  text,
});
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => line(from + index));
const seqs = (buffer: LogBuffer) =>
  buffer.shown.map((entry) => (entry.kind === 'line' ? entry.line.seq : `gap ${entry.missing}`));

test('keeps the newest lines and says how many went', () => {
  const buffer = new LogBuffer(100);
  buffer.append(lines(1, 100));
  expect([buffer.total, buffer.trimmed]).toEqual([100, 0]);
  buffer.append(lines(101, 101));
  expect([buffer.total, buffer.trimmed, buffer.removedShown, seqs(buffer)[0], seqs(buffer).at(-1)]).toEqual([
    91, 10, 10, 11, 101,
  ]);
});

test('a flood larger than the limit leaves the newest', () => {
  const buffer = new LogBuffer(10);
  buffer.append(lines(1, 1000));
  expect(seqs(buffer)).toEqual([991, 992, 993, 994, 995, 996, 997, 998, 999, 1000]);
});

test('missing lines are shown where they are missing', () => {
  const buffer = new LogBuffer();
  buffer.append([line(1)]);
  buffer.gap(7);
  buffer.append([line(9)]);
  expect([seqs(buffer), buffer.missing]).toEqual([[1, 'gap 7', 9], 7]);
});

describe('a search', () => {
  test('sees through colours, ignores case, and goes on with new lines', () => {
    const buffer = new LogBuffer();
    buffer.append([line(1, '\u001b[31mERR\u001b[0mOR one'), line(2, 'fine')]);
    buffer.search('error');
    buffer.append([line(3, 'another Error'), line(4, 'fine')]);
    expect(seqs(buffer)).toEqual([1, 3]);
    buffer.search('error o');
    expect(seqs(buffer)).toEqual([1]);
    buffer.search('e');
    expect(seqs(buffer)).toEqual([1, 2, 3, 4]);
    buffer.search('');
    expect(seqs(buffer)).toEqual([1, 2, 3, 4]);
  });

  test('loses no match when old lines go', () => {
    const buffer = new LogBuffer(10);
    buffer.search('7');
    buffer.append(lines(1, 17));
    buffer.append(lines(18, 27));
    expect([seqs(buffer), buffer.removedShown]).toEqual([[27], 2]);
  });
});

test('as a text file without colours', () => {
  const buffer = new LogBuffer();
  buffer.append([line(1, '\u001b[1mbold\u001b[0m')]);
  buffer.gap(2);
  expect(logText(buffer.shown)).toBe(
    '2026-01-02T03:04:05.000Z cluster info stderr: bold\n… 2 lines are missing here …',
  );
});
