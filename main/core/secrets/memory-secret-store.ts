import type { KeychainStatus } from '../../../contract/model/status.ts';
import type { SecretStore } from './secret-store.ts';

/** Holds secrets for this run only, where no keychain works; `status` says why. */
export class MemorySecretStore implements SecretStore {
  readonly #values = new Map<string, string>();
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  async get(name: string): Promise<string | null> {
    return this.#values.get(name) ?? null;
  }

  async set(name: string, value: string): Promise<void> {
    this.#values.set(name, value);
  }

  async delete(name: string): Promise<boolean> {
    return this.#values.delete(name);
  }

  async list(): Promise<string[]> {
    return [...this.#values.keys()].sort();
  }

  status(): KeychainStatus {
    return { state: 'unavailable', reason: this.#reason };
  }

  dispose(): void {
    this.#values.clear();
  }
}
