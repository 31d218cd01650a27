import fc from 'fast-check';
import { expect, test } from 'vitest';
import { argumentHash } from '../../../../main/core/audit/argument-hash.ts';

test('the order of keys does not matter, at any depth', () => {
  expect(argumentHash('t', { a: 1, b: { c: [1, 2], d: null } })).toBe(
    argumentHash('t', { b: { d: null, c: [1, 2] }, a: 1 }),
  );
});

test.each([
  ['another tool', 'u', { a: 1 }],
  ['another value', 't', { a: 2 }],
  ['text for a number', 't', { a: '1' }],
  ['another key', 't', { b: 1 }],
  ['one more key', 't', { a: 1, b: undefined, c: null }],
  ['a list for a value', 't', { a: [1] }],
  ['pairs for a map', 't', { entries: [['a', 1]] }],
])('%s gives another hash', (_name, tool, args) => {
  expect(argumentHash(tool, args)).not.toBe(argumentHash('t', { a: 1 }));
});

test('no arguments are the same as none', () => {
  expect(argumentHash('t', undefined)).toBe(argumentHash('t', {}));
});

test('the order of a list matters', () => {
  expect(argumentHash('t', { a: [1, 2] })).not.toBe(argumentHash('t', { a: [2, 1] }));
});

test('different arguments have different hashes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const same = argumentHash('t', one) === argumentHash('t', other);
      // JSON.stringify of values that went through JSON once has one text per value but for the order of keys.
      expect(same).toBe(canonical(one ?? {}) === canonical(other ?? {}));
    }),
  );
});

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${pairs.sort().join()}}`;
}
