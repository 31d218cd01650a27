import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf, sharedName } from '../../../../../main/core/gateway/aggregate/shared-name.ts';

const long = 'a_tool_with_a_name_that_goes_on_and_on_and_on_until_nobody_reads_it_any_more';
const slugs = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,39}$/);
const names = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.stringMatching(/^[a-z]{1,8}_[0-9a-f]{8}$/),
);

describe('the name of a tool among all servers', () => {
  it.each([
    ['dev', 'pods_list', 'dev__pods_list'],
    ['a', '_x', 'a___x'],
    ['dev', 'admin.tools.list', 'dev__admin.tools.list'],
    // Written down, since clients keep these names: another hash would be another name.
    ['production-eu', long, 'production-eu__a_tool_with_a_name_that_goes_on_and_on_a_dac977a2'],
    ['dev', 'list pods/all', 'dev__list_pods_all_2e9f00c4'],
    ['dev', 'get_deadbeef', 'dev__get_deadbeef_5a24663a'],
  ])('%s, %s → %s', (slug, name, expected) => {
    expect(sharedName(slug, name)).toBe(expected);
  });

  it('has at most 64 characters that every client takes, and keeps the whole slug', () => {
    fc.assert(
      fc.property(slugs, names, (slug, name) => {
        const shared = sharedName(slug, name);
        expect(shared).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
        expect(partsOf(shared)?.slug).toBe(slug);
      }),
    );
  });

  it('is its own for each tool, and says the tool or that only the list tells', () => {
    fc.assert(
      fc.property(slugs, slugs, names, names, (slug, otherSlug, name, otherName) => {
        const shared = sharedName(slug, name);
        const parts = partsOf(shared);
        expect([name, null]).toContain(parts?.name);
        if (slug !== otherSlug || name !== otherName) expect(sharedName(otherSlug, otherName)).not.toBe(shared);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be taken by a tool that is called as another one is when it is cut', () => {
    const cut = sharedName('dev', long);
    const impostor = cut.slice('dev__'.length);
    expect(sharedName('dev', impostor)).not.toBe(cut);
  });

  it.each(['pods_list', '__pods', '', 'find_tool'])('%j is of no server', (name) => {
    expect(partsOf(name)).toBeNull();
  });
});
