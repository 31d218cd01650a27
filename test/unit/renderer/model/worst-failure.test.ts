import { expect, test } from 'vitest';
import type { Server } from '../../../../contract/model/server.ts';
import { worstFailure } from '../../../../renderer/model/worst-failure.ts';

const server = (
  slug: string,
  state: Server['state'],
  production = false,
  error: Server['error'] = { code: 'internal', message: 'x' },
) => ({ slug, state, production, error }) as Server;

test('failed before degraded, production first, and how many more', () => {
  const worst = worstFailure([
    server('a', 'degraded', true),
    server('b', 'failed'),
    server('c', 'failed', true),
    server('d', 'ready'),
  ]);
  expect([worst?.server.slug, worst?.others]).toEqual(['c', 2]);
});

test('nothing when all is well, and a stopped server is well', () => {
  expect(worstFailure([server('a', 'ready'), server('b', 'stopped'), server('c', 'degraded', false, null)])).toBeNull();
});
