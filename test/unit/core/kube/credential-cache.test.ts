import { describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { CredentialCache } from '../../../../main/core/kube/credential-cache.ts';

function setup() {
  const cache = new CredentialCache();
  const state = { now: 1_000_000, logins: 0 };
  const ask = (give: () => { token: string; expiresAt: number | null } | BerthError) =>
    cache.get(
      'k',
      async () => {
        state.logins++;
        const given = give();
        if (given instanceof BerthError) throw given;
        return { certificate: null, key: null, ...given };
      },
      () => state.now,
    );
  return { cache, state, ask };
}

describe('CredentialCache', () => {
  it('logs in once for many callers, and again shortly before the end', async () => {
    const { state, ask } = setup();
    const give = () => ({ token: 't', expiresAt: state.now + 3_600_000 });
    await Promise.all([ask(give), ask(give), ask(give)]);
    state.now += 3_500_000;
    await ask(give);
    expect(state.logins).toBe(1);
    state.now += 75_000;
    await ask(give);
    expect(state.logins).toBe(2);
  });

  it('does not try a failed login again at once, unless it is told to', async () => {
    const { cache, state, ask } = setup();
    const fail = () => new BerthError('auth-failed', 'no');
    await expect(ask(fail)).rejects.toThrow('no');
    state.now += 60_000;
    await expect(ask(fail)).rejects.toThrow('no');
    expect(state.logins).toBe(1);
    cache.forget('k');
    await expect(ask(fail)).rejects.toThrow('no');
    state.now += 121_000;
    await expect(ask(fail)).rejects.toThrow('no');
    expect(state.logins).toBe(3);
  });

  it('forgets a login that was cancelled, and one that was forgotten while it ran', async () => {
    const { cache, state, ask } = setup();
    await expect(ask(() => new BerthError('cancelled', 'stop'))).rejects.toThrow('stop');
    const running = ask(() => ({ token: 'old', expiresAt: null }));
    cache.forget('k');
    expect((await running).token).toBe('old');
    expect((await ask(() => ({ token: 'new', expiresAt: null }))).token).toBe('new');
    expect(state.logins).toBe(3);
  });
});

describe('what plugins gave', () => {
  const hour = 3_600_000;
  const key = (ref: string) => `${ref}\0fingerprint`;
  const credential = (expiresAt: number | null) => ({ token: 't', certificate: null, key: null, expiresAt });

  it('is known by its context until the kubeconfig says something else', async () => {
    const cache = new CredentialCache();
    await cache.get(
      key('a'),
      async () => credential(hour),
      () => 0,
    );
    expect(cache.lifeOf('a')).toEqual({ from: 0, until: hour, renewAt: hour - 30_000 });
    expect(cache.lifeOf('ab')).toBeNull();
    await cache.get(
      'a\0other',
      async () => credential(null),
      () => 0,
    );
    expect(cache.lifeOf('a')).toBeNull();
  });

  it('is renewed in the last fifth of a short life', async () => {
    const cache = new CredentialCache();
    await cache.get(
      key('a'),
      async () => credential(60_000),
      () => 0,
    );
    expect(cache.lifeOf('a')?.renewAt).toBe(48_000);
  });

  it('a plugin that hangs is tried more and more seldom, until the user asks', async () => {
    const cache = new CredentialCache();
    const state = { now: 0, logins: 0 };
    const ask = () =>
      cache
        .get(
          key('a'),
          async () => {
            state.logins++;
            throw new BerthError('timed-out', 'hung');
          },
          () => state.now,
        )
        .catch(() => {});
    await ask();
    for (const [minutes, logins] of [
      [9, 1],
      [11, 2],
      [30, 2],
      [32, 3],
    ] as const) {
      state.now = minutes * 60_000;
      await ask();
      expect(state.logins).toBe(logins);
    }
    expect(cache.hasFailed('a')).toBe(true);
    cache.retry('a');
    await ask();
    expect(state.logins).toBe(4);
  });
});
