import { BerthError } from '../../../contract/errors.ts';

/** gnome-keyring before any keyring was created. */
export const NO_KEYRING = /Object does not exist at path/i;

/**
 * What keytar said, as an error that a person understands. The texts are libsecret's, GLib's and keytar's own: they have no codes.
 * None of them holds a value.
 */
export function keychainError(message: string): BerthError {
  if (/libsecret.*cannot open shared object|cannot open shared object.*libsecret|native addon/i.test(message)) {
    return new BerthError('unsupported', 'The library libsecret is missing.', {
      hint: 'Install libsecret (Debian: libsecret-1-0), then start Berth again.',
    });
  }
  if (
    /autolaunch D-Bus|DBUS_SESSION_BUS|Could not connect|Cannot spawn a message bus|No such file or directory/i.test(
      message,
    )
  ) {
    return new BerthError('unsupported', 'No D-Bus session is running, so no keychain can be reached.', {
      hint: 'Start Berth from a desktop session, or under dbus-run-session with a secret service.',
    });
  }
  if (/org\.freedesktop\.secrets|ServiceUnknown|not provided by any|StartServiceByName/i.test(message)) {
    return new BerthError('unsupported', 'No secret service (org.freedesktop.secrets) is running.', {
      hint: 'Install and start gnome-keyring, KWallet or KeePassXC with its secret service.',
    });
  }
  if (NO_KEYRING.test(message)) {
    return new BerthError('refused', 'The secret service has no keyring yet to store in.', {
      hint: 'Create a default keyring once in your session (Seahorse, KWallet), or log in with one.',
    });
  }
  if (/locked|dismissed|prompt|denied|cancel|user interaction|not allowed/i.test(message)) {
    return new BerthError('refused', 'The keychain is locked or refused access.', {
      hint: 'Unlock the keychain of your session and try again.',
    });
  }
  return new BerthError('unsupported', `The keychain answered with an error: ${message}`, {
    hint: 'Run `berth doctor` for what is missing.',
  });
}
