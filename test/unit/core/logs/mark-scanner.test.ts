import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MarkScanner } from '../../../../main/core/logs/mark-scanner.ts';
import { redactPatterns, suspiciousMarks } from '../../../../main/core/logs/redact.ts';

const find = (marks: readonly string[], text: string, from = 0) =>
  new MarkScanner(marks).next(Buffer.from(text, 'latin1'), from);

test('finds a mark wherever it stands, in any case, and nothing before `from`', () => {
  for (let before = 0; before < 12; before += 1) {
    const text = `${'.'.repeat(before)}ToKe${'.'.repeat(5)}`;
    expect(find(['abcd', 'toke'], text)).toBe(before);
    expect(find(['toke'], text, before)).toBe(before);
    expect(find(['toke'], text, before + 1)).toBe(Number.POSITIVE_INFINITY);
  }
});

test('a mark of three characters stands for all that begin with it', () => {
  expect(find(['://'], 'see http://x')).toBe(8);
  expect(find(['eyJ'], 'eyKeyJ_')).toBe(3);
});

test('misses nothing that a search for each mark finds', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'C', 'ü', '€', '\n'), maxLength: 200 });
  const mark = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(letters, fc.array(mark, { minLength: 1, maxLength: 5 }), (text, marks) => {
      const first = Math.min(...marks.map((each) => indexOf(text.toLowerCase(), each)));
      // It may find what is none, but only before.
      expect(find(marks, text)).toBeLessThanOrEqual(first);
      if (/^[a-c\n]*$/i.test(text)) expect(find(marks, text)).toBe(first);
    }),
  );
});

test('whatever the rules would hide has a mark', () => {
  const word = fc.constantFrom(
    ...[
      'Bearer ',
      'BASIC ',
      'eyJhbGciOi',
      '.abcdefgh',
      '-----BEGIN ',
      'PRIVATE KEY-----',
      'LS0tLS1CRUdJTi',
      'http://',
      '@h',
    ],
    ...['token', 'passw', 'ord=', 'passwd=', '"secret": "', 'Authorization: ', 'api_key=', 'apiKey:', 'API-KEY='],
    ...['client-key-data: ', 'sha256~', 'ghp_', '--', ' ', '"', ',', 'abcdefghijklmnop1234'],
  );
  const scanner = new MarkScanner(suspiciousMarks);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const text = words.join('');
      if (redactPatterns(text) === text) return;
      expect(scanner.next(Buffer.from(text, 'latin1'), 0)).toBeLessThan(text.length);
    }),
    { numRuns: 2_000 },
  );
});

function indexOf(text: string, mark: string): number {
  const at = text.indexOf(mark);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
