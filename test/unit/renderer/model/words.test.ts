import { describe, expect, test } from 'vitest';
import { baseName, count, guardReason, serversSummary } from '../../../../renderer/model/words.ts';

test('the summary names the troubled ones last', () => {
  const states = ['failed', 'ready', 'stopped', 'ready', 'degraded'] as const;
  expect(serversSummary(states.map((state) => ({ state })))).toBe(
    '5 docked · 2 ready · 1 stopped · 1 degraded · 1 failed',
  );
});

describe('why the guard is another than the chosen one', () => {
  test('is not said when it is the same', () => {
    expect(guardReason({ guard: 'full', effectiveGuard: 'full', production: true, context: 'prod' })).toBeNull();
  });
  test('names production, or the context', () => {
    expect([
      guardReason({ guard: 'full', effectiveGuard: 'read-only', production: true, context: 'prod' }),
      guardReason({ guard: 'full', effectiveGuard: 'ask', production: false, context: 'lab' }),
    ]).toEqual(['full, capped by the production context', 'full, capped by the context lab']);
  });
});

test('counts and last parts of paths', () => {
  expect([
    count(1, 'server'),
    count(12_000, 'line'),
    baseName('/home/me/.kube/config'),
    baseName('C:\\kube\\config'),
  ]).toEqual(['1 server', '12,000 lines', 'config', 'config']);
});
