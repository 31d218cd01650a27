import { describe, expect, it } from 'vitest';
import { BerthError, errorCodes, exitCodeOf, toErrorInfo } from '../../../contract/errors.ts';
import { effectiveGuard } from '../../../contract/model/guard.ts';
import { looksLikeProduction } from '../../../contract/model/production.ts';
import { slugSchema, worstHealth } from '../../../contract/model/server.ts';
import { settingsSchema } from '../../../contract/model/settings.ts';
import { mergeStatusEvents, reduceStatus, type Status } from '../../../contract/model/status.ts';

describe('slugs (D1)', () => {
  it.each(['a', 'cluster', 'k8s-1', '0', 'a'.repeat(40)])('takes %s', (slug) => {
    expect(slugSchema.safeParse(slug).success).toBe(true);
  });
  it.each(['', '-a', 'A', 'a b', 'a/b', '../x', 'ü', 'a'.repeat(41), 'all', 'metrics', 'healthz', 'ui', 'auth'])(
    'refuses %j',
    (slug) => {
      expect(slugSchema.safeParse(slug).success).toBe(false);
    },
  );
});

describe('effectiveGuard (D15)', () => {
  it('is the stricter of the two', () => {
    expect(effectiveGuard('full', 'full')).toBe('full');
    expect(effectiveGuard('full', 'ask')).toBe('ask');
    expect(effectiveGuard('full', 'read-only')).toBe('read-only');
    expect(effectiveGuard('read-only', 'full')).toBe('read-only');
    expect(effectiveGuard('ask', 'read-only')).toBe('read-only');
  });
});

describe('looksLikeProduction', () => {
  it.each(['prod', 'prod-eu-1', 'eu_PRODUCTION', 'arn:aws:eks:eu:1:cluster/prod', 'live.example', 'gke_x_prd'])(
    'proposes %s',
    (name) => expect(looksLikeProduction(name)).toBe(true),
  );
  it.each(['staging', 'product-catalog', 'nonprod', 'reproduce', 'olive', 'delivery'])('leaves %s', (name) =>
    expect(looksLikeProduction(name)).toBe(false),
  );
});

describe('worstHealth', () => {
  it('is the worst light of all, off when nothing runs', () => {
    expect(worstHealth([])).toBe('off');
    expect(worstHealth([{ state: 'stopped' }])).toBe('off');
    expect(worstHealth([{ state: 'stopped' }, { state: 'ready' }])).toBe('ok');
    expect(worstHealth([{ state: 'ready' }, { state: 'degraded' }])).toBe('warn');
    expect(worstHealth([{ state: 'starting' }, { state: 'failed' }, { state: 'ready' }])).toBe('bad');
    const at = (address: string, loopback: boolean) => [{ address, port: 8080, pid: 7, loopback }];
    expect(worstHealth([{ state: 'ready', listeners: at('127.0.0.1', true) }])).toBe('ok');
    expect(worstHealth([{ state: 'ready', listeners: at('0.0.0.0', false) }])).toBe('bad');
  });
});

describe('errors', () => {
  it('keep code, hint and details over the wire, and hide nothing of a defect', () => {
    const error = new BerthError('refused', 'No.', { hint: 'Ask.', details: { a: 1 } });
    expect(BerthError.from(error.toInfo()).toInfo()).toEqual({
      code: 'refused',
      message: 'No.',
      hint: 'Ask.',
      details: { a: 1 },
    });
    expect(toErrorInfo(new TypeError('bug'))).toEqual({ code: 'internal', message: 'bug' });
    expect(toErrorInfo('odd')).toEqual({ code: 'internal', message: 'odd' });
  });

  it('have the exit codes of the public interface', () => {
    const codes = Object.fromEntries(errorCodes.map((code) => [code, exitCodeOf(code)]));
    expect(codes).toMatchObject({
      'invalid-argument': 2,
      'not-running': 3,
      'not-found': 4,
      'tool-error': 5,
      refused: 6,
      unauthorized: 6,
      'timed-out': 7,
      cancelled: 130,
      internal: 1,
      'start-failed': 1,
    });
  });
});

describe('settings', () => {
  it('are whole when the file is empty', () => {
    expect(settingsSchema.parse({})).toMatchObject({ version: 1, port: 23784, servers: {}, demo: false });
  });
  it('refuse a key that nobody knows: a typing error must not pass as a choice', () => {
    expect(settingsSchema.safeParse({ prot: 1 }).success).toBe(false);
    expect(settingsSchema.safeParse({ servers: { a: { preset: 'x', gaurd: 'full' } } }).success).toBe(false);
  });
});

describe('the status stream', () => {
  const status = { version: '1', pid: 1, activeContext: 'a', servers: [] } as unknown as Status;

  it('applies changes to a snapshot, field by field, and drops changes without one', () => {
    expect(reduceStatus(null, { type: 'changed', changed: { activeContext: 'b' } })).toBeNull();
    const first = reduceStatus(null, { type: 'snapshot', status });
    expect(reduceStatus(first, { type: 'changed', changed: { activeContext: null } })).toEqual({
      ...status,
      activeContext: null,
    });
  });

  it('means the same when events were merged', () => {
    const events = [
      { type: 'snapshot', status } as const,
      { type: 'changed', changed: { activeContext: 'b' } } as const,
      { type: 'changed', changed: { pid: 2 } } as const,
    ];
    const oneByOne = events.reduce(reduceStatus, null as Status | null);
    const merged = events.reduce((earlier, later) => mergeStatusEvents(earlier, later) as never);
    expect(reduceStatus(null, merged)).toEqual(oneByOne);
  });
});
