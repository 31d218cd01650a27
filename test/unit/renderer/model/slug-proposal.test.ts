import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slugSchema } from '../../../../contract/model/server.ts';
import { proposeSlug, slugProblem } from '../../../../renderer/model/slug-proposal.ts';

test.each([
  ['kubernetes-mcp-server', 'active', [], 'cluster'],
  ['kubernetes-mcp-server', 'active', ['cluster'], 'cluster-2'],
  ['mkp', 'Prod EU/1@~/.kube/config', [], 'prod-eu-1'],
  ['command', 'active', [], 'command'],
  ['url', 'none', ['url', 'url-2'], 'url-3'],
  ['mkp', '北京', [], 'mkp'],
  ['mkp', 'all', [], 'all-2'],
])('%s on %s with %j taken is called %s', (preset, context, taken, slug) => {
  expect(proposeSlug(preset, context, taken)).toBe(slug);
});

test('every proposal is a valid and free name', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.array(fc.string()), (preset, context, taken) => {
      const slug = proposeSlug(preset, context, taken);
      expect(slugSchema.safeParse(slug).success).toBe(true);
      expect(taken).not.toContain(slug);
    }),
  );
});

test('a proposal stays free when the long name is taken again and again', () => {
  const long = 'x'.repeat(60);
  const taken: string[] = [];
  for (let round = 0; round < 12; round++) taken.push(proposeSlug('mkp', long, taken));
  expect(new Set(taken).size).toBe(12);
  expect(taken.every((slug) => slugSchema.safeParse(slug).success)).toBe(true);
});

test('what is wrong with a name is said in words', () => {
  expect(['', 'taken', 'all', 'Bad Name', 'fine'].map((slug) => slugProblem(slug, ['taken']))).toEqual([
    'give it a name',
    'this name is taken',
    'this name is reserved',
    'use 1 to 40 of a-z, 0-9 and "-", not starting with "-"',
    null,
  ]);
});
