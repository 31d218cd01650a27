import { describe, expect, it } from 'vitest';
import { keychainError } from '../../../../main/core/secrets/keychain-error.ts';

describe('keychainError', () => {
  // Texts of libsecret and GLib as seen on Debian 12, except the two that name their platform.
  it.each([
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'unsupported', /No D-Bus session/],
    ['Could not connect: No such file or directory', 'unsupported', /No D-Bus session/],
    [
      'Error calling StartServiceByName for org.freedesktop.secrets: Timeout was reached',
      'unsupported',
      /No secret service/,
    ],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'unsupported', /No secret service/],
    ['Cannot create an item in a locked collection', 'refused', /locked/],
    ['Object does not exist at path “/org/freedesktop/secrets/collection/login”', 'refused', /no keyring yet/],
    ['User interaction is not allowed.', 'refused', /locked/],
    ['Failed to load keytar native addon, checked ["../build/Release"] on linux-x64', 'unsupported', /libsecret/],
    ['something else', 'unsupported', /something else/],
  ])('%s', (message, code, sentence) => {
    const error = keychainError(message);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    expect(error.hint).toBeTruthy();
  });
});
