import type { InitializeResult } from '../backend/backend.ts';
import { isRecord } from './json-rpc.ts';
import { negotiateVersion } from './protocol-versions.ts';

/** What a client's `initialize` is answered: what the server said to Berth, in the version that both speak. */
export function initializeAnswer(
  params: Readonly<Record<string, unknown>>,
  result: InitializeResult,
): Record<string, unknown> {
  return {
    ...result,
    protocolVersion: negotiateVersion(params['protocolVersion'], result.protocolVersion),
    capabilities: announcing(result.capabilities),
  };
}

/** It is kept with every call. */
const MAX_NAME = 200;

/** Name and version as the client gives them, each cut after 200 characters; null when it does not. */
export function clientInfoOf(value: unknown): { name: string; version: string } | null {
  if (!isRecord(value) || typeof value['name'] !== 'string') return null;
  const version = typeof value['version'] === 'string' ? value['version'] : '';
  return { name: value['name'].slice(0, MAX_NAME), version: version.slice(0, MAX_NAME) };
}

/** The server's capabilities, and that lists may change: Berth announces it after a restart even where the server never would. */
function announcing(capabilities: Record<string, unknown>): Record<string, unknown> {
  const announced: Record<string, unknown> = { ...capabilities };
  for (const list of ['tools', 'prompts', 'resources']) {
    const value = announced[list];
    if (isRecord(value)) announced[list] = { ...value, listChanged: true };
  }
  return announced;
}
