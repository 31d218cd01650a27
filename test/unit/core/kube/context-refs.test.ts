import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextRefs, nearNames } from '../../../../main/core/kube/context-refs.ts';

describe('contextRefs', () => {
  it.each([
    [
      'unique names stay',
      [
        ['a', '/1'],
        ['b', '/2'],
      ],
      ['a', 'b'],
    ],
    [
      'equal names get their source',
      [
        ['a', '/1'],
        ['a', '/2'],
        ['b', '/2'],
      ],
      ['a@/1', 'a@/2', 'b'],
    ],
    [
      'any name works',
      [
        ['my ctx/ü@home', '/1'],
        ['arn:aws:eks:x:1:cluster/a', '/1'],
      ],
      ['my ctx/ü@home', 'arn:aws:eks:x:1:cluster/a'],
    ],
    [
      'a name that means something else is written out',
      [
        ['active', '/1'],
        ['none', '/1'],
        ['__proto__', '/1'],
        ['constructor', '/1'],
      ],
      ['active@/1', 'none@/1', '__proto__@/1', 'constructor'],
    ],
    [
      'a name that reads like a ref is told apart',
      [
        ['a', '/1'],
        ['a', '/2'],
        ['a@/1', '/3'],
      ],
      ['a@/1', 'a@/2', 'a@/1@/3'],
    ],
  ])('%s', (_name, contexts, refs) => {
    expect(contextRefs(contexts.map(([name, source]) => ({ name: name ?? '', source: source ?? '' })))).toEqual(refs);
  });

  it('never gives two contexts the same ref', () => {
    const part = fc.constantFrom('a', 'a@/1', '/1', 'a@/1@/1', '@', 'b');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ name: part, source: fc.constantFrom('/1', '/2', '1@/1') }), {
          selector: (c) => JSON.stringify(c),
        }),
        (contexts) => {
          // Sources are absolute paths: what makes NAME@SOURCE ambiguous by itself is left out.
          const absolute = contexts.filter(({ source }) => source.startsWith('/'));
          const refs = contextRefs(absolute);
          expect(new Set(refs).size).toBe(refs.length);
        },
      ),
    );
  });
});

describe('nearNames', () => {
  it.each([
    ['prodd', ['prod', 'staging'], ['prod']],
    ['staging', ['eu-staging', 'us-staging', 'prod'], ['eu-staging', 'us-staging']],
    ['PROD', ['prod'], ['prod']],
    ['xyz', ['prod', 'staging'], []],
  ])('%s', (wanted, known, near) => {
    expect(nearNames(wanted, known)).toEqual(near);
  });
});
