import { KeytarSecretStore, type KeytarSecretStoreOptions } from './keytar-secret-store.ts';
import { MemorySecretStore } from './memory-secret-store.ts';
import type { SecretStore } from './secret-store.ts';

export interface CreateSecretStoreOptions extends KeytarSecretStoreOptions {
  /** How long the first question may take, in ms; a start of Berth waits for it. */
  readonly probeMs?: number;
}

const DEFAULT_PROBE_MS = 5_000;

/** The OS keychain where it answers in time, else memory for this run, whose status says why. Never rejects. */
export async function createSecretStore(options: CreateSecretStoreOptions): Promise<SecretStore> {
  const store = new KeytarSecretStore(options);
  const status = await store.probe(options.probeMs ?? DEFAULT_PROBE_MS);
  if (status.state === 'available') return store;
  await store.dispose();
  return new MemorySecretStore(status.reason ?? 'No keychain was found.');
}
