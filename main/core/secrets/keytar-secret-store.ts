import { BerthError } from '../../../contract/errors.ts';
import type { KeychainStatus } from '../../../contract/model/status.ts';
import { KeytarProcess, type KeytarProcessOptions } from './keytar-process.ts';
import type { KeytarOperation } from './keytar-protocol.ts';
import type { SecretStore } from './secret-store.ts';

/** Under which service name the keychain shows Berth's secrets. */
export const KEYCHAIN_SERVICE = 'Berth';

export interface KeytarSecretStoreOptions extends KeytarProcessOptions {
  /** Default `KEYCHAIN_SERVICE`. */
  readonly service?: string;
}

/** The OS keychain (Keychain, Credential Manager, Secret Service) through keytar in a process of its own (D10). */
export class KeytarSecretStore implements SecretStore {
  readonly #process: KeytarProcess;
  readonly #service: string;
  #status: KeychainStatus = { state: 'unknown', reason: null };

  constructor(options: KeytarSecretStoreOptions) {
    this.#process = new KeytarProcess(options);
    this.#service = options.service ?? KEYCHAIN_SERVICE;
  }

  /** Asks for a secret that never exists: shows whether a keychain answers, without an unlock prompt. Never rejects. */
  async probe(deadlineMs: number): Promise<KeychainStatus> {
    await this.#ask({ op: 'probe', service: this.#service }, deadlineMs).catch(() => undefined);
    return this.#status;
  }

  async get(name: string): Promise<string | null> {
    const data = await this.#ask({ op: 'get', service: this.#service, name });
    return typeof data === 'string' ? data : null;
  }

  async set(name: string, value: string): Promise<void> {
    await this.#ask({ op: 'set', service: this.#service, name, value });
  }

  async delete(name: string): Promise<boolean> {
    return (await this.#ask({ op: 'delete', service: this.#service, name })) === true;
  }

  async list(): Promise<string[]> {
    const data = await this.#ask({ op: 'list', service: this.#service });
    return Array.isArray(data) ? data.sort() : [];
  }

  /** Process id of the keychain's process while there is one. */
  get pid(): number | null {
    return this.#process.pid;
  }

  status(): KeychainStatus {
    return this.#status;
  }

  dispose(): Promise<void> {
    return this.#process.dispose();
  }

  async #ask(operation: KeytarOperation, deadlineMs?: number) {
    try {
      const data = await this.#process.ask(operation, deadlineMs);
      this.#status = { state: 'available', reason: null };
      return data;
    } catch (error) {
      // A locked keychain is there all the same: what is in it is not lost, and it may be unlocked at any time.
      const gone = error instanceof BerthError && error.code !== 'cancelled' && error.code !== 'refused';
      if (gone) {
        this.#status = { state: 'unavailable', reason: error.message };
      }
      throw error;
    }
  }
}
