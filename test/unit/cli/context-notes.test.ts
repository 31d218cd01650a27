import { describe, expect, test } from 'vitest';
import type { Expiry } from '../../../contract/model/context.ts';
import { credentialNotes, expiryText, kubectlNote } from '../../../main/cli/views/context-notes.ts';
import { contextOf } from '../electron/status-of.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const ending = (ref: string, at: string, state: Expiry['state'], kind: Expiry['kind'] = 'token') =>
  contextOf({ ref, expiresAt: at, expiry: { at, kind, renewable: kind === 'exec', state } });

describe('the end of a credential', () => {
  test('is short in a table, and says what ends where there is room', () => {
    const context = ending('a', '2026-01-01T17:00:00Z', 'ok', 'client-certificate');
    expect(expiryText(context, now, false)).toBe('in 5h');
    expect(expiryText(context, now, true)).toBe('in 5h (certificate)');
    expect(expiryText(ending('a', '2026-01-01T17:00:00Z', 'ok', 'exec'), now, true)).toBe(
      'in 5h (login plugin, renewed)',
    );
    expect(expiryText(contextOf({ ref: 'a' }), now, true)).toBeNull();
    // Without a running Berth it is known when, not what.
    expect(expiryText(contextOf({ ref: 'a', expiresAt: '2026-01-01T17:00:00Z' }), now, true)).toBe('in 5h');
  });

  test('is noted where it is near or over', () => {
    const contexts = [
      ending('fine', '2026-01-02T12:00:00Z', 'ok'),
      ending('near', '2026-01-01T12:30:00Z', 'soon'),
      ending('over', '2026-01-01T11:00:00Z', 'expired', 'client-certificate'),
    ];
    expect(credentialNotes(contexts, now)).toEqual([
      'The credential of near (token) ends in 30m.',
      'The credential of over (certificate) expired 60m ago. Log in again.',
    ]);
  });
});

test("kubectl's current context is told where it is another one", () => {
  const contexts = [contextOf({ ref: 'a', active: true }), contextOf({ ref: 'b', current: true })];
  expect(kubectlNote('a', contexts)).toBe("kubectl's current context is b.");
  expect(kubectlNote('b', contexts)).toBeNull();
  expect(kubectlNote(null, contexts)).toBeNull();
  expect(kubectlNote('a', [contextOf({ ref: 'a' })])).toBeNull();
});
