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
