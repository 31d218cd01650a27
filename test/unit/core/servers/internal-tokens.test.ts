import { expect, it } from 'vitest';
import { InternalTokens } from '../../../../main/core/servers/internal-tokens.ts';

const behind = {
  revision: 0,
  verify: (slug: string, token: string) => (token === 'outer' ? { name: `client of ${slug}` } : undefined),
};

it("knows Berth's own callers by name, on every server, and asks behind for the rest", () => {
  const tokens = new InternalTokens(behind);
  const inspector = tokens.tokenOf('inspector');
  expect(tokens.tokenOf('inspector')).toBe(inspector);
  expect(tokens.tokenOf('cli')).not.toBe(inspector);
  expect(inspector).toHaveLength(43);
  expect(tokens.verify('x', inspector)).toEqual({ name: 'inspector' });
  expect(tokens.verify('y', tokens.tokenOf('cli'))).toEqual({ name: 'cli' });
  expect(tokens.verify('x', 'outer')).toEqual({ name: 'client of x' });
  expect(tokens.verify('x', `${inspector}x`)).toBeUndefined();
  expect(tokens.verify('x', '')).toBeUndefined();
});

it('has other tokens in every run', () => {
  expect(new InternalTokens(behind).tokenOf('cli')).not.toBe(new InternalTokens(behind).tokenOf('cli'));
});
