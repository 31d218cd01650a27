import type { KeychainStatus } from '../../../contract/model/status.ts';
import type { Disposable } from '../dispose.ts';

/**
 * Where Berth keeps what it must read back: the OS keychain, or memory for this run. Never plaintext on disk.
 * Every promise settles within the adapter's deadline; failures are BerthErrors that never hold a value.
 */
export interface SecretStore extends Disposable {
  /** The secret's value, or null when there is none of that name. */
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  /** False when there was none. */
  delete(name: string): Promise<boolean>;
  /** The names, sorted; never the values. */
  list(): Promise<string[]>;
  /** Whether secrets outlive this run, and why not. */
  status(): KeychainStatus;
}
