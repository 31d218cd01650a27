import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareStructure } from '../../../../renderer/session/share-structure.ts';

test('parts that did not change are the very same parts', () => {
  const before = { servers: [{ slug: 'a', tools: [1] }, { slug: 'b' }], port: 1 };
  const after = shareStructure(before, {
    servers: [
      { slug: 'a', tools: [1] },
      { slug: 'b', x: 1 },
    ],
    port: 1,
  });
  expect(after).toEqual({
    servers: [
      { slug: 'a', tools: [1] },
      { slug: 'b', x: 1 },
    ],
    port: 1,
  });
  expect([after.servers === before.servers, after.servers[0] === before.servers[0]]).toEqual([false, true]);
});

test('an equal value is the old one, whole', () => {
  const before = { a: [{ b: null }] };
  expect(shareStructure(before, { a: [{ b: null }] })).toBe(before);
});

test('the value is always that of the new one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      expect(shareStructure(before, after)).toEqual(after);
    }),
  );
});
