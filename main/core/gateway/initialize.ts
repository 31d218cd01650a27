import type { Sharing } from '../../../contract/model/sharing.ts';
import type { InitializeParams, InitializeResult } from '../backend/backend.ts';
import { isRecord } from './json-rpc.ts';
import { lists } from './lists.ts';
import { isRelayedVersion, negotiateVersion, relayedVersions } from './protocol-versions.ts';
import { keptName } from './record-call.ts';

/** What servers may ask of a client that declares it: https://modelcontextprotocol.io/specification/2025-11-25/client */
const clientFeatures = ['sampling', 'elicitation', 'roots'];

/** What a client says, as a server can be told it: unknown fields stay, missing ones are filled in, in a version that Berth relays. */
export function initializeParams(params: unknown): InitializeParams {
  const values = isRecord(params) ? params : {};
  const asked = values['protocolVersion'];
  const info = isRecord(values['clientInfo']) ? values['clientInfo'] : {};
  const { name, version } = clientInfoOf(info) ?? { name: 'unknown', version: '' };
  return {
    ...values,
    protocolVersion: typeof asked === 'string' && isRelayedVersion(asked) ? asked : (relayedVersions[0] ?? ''),
    capabilities: isRecord(values['capabilities']) ? values['capabilities'] : {},
    clientInfo: { ...info, name, version },
  };
}

/** Whether a session gets a server of its own (D21). */
export function wantsDedicated(sharing: Sharing, capabilities: Readonly<Record<string, unknown>>): boolean {
  if (sharing !== 'by-client') return sharing === 'dedicated';
  return clientFeatures.some((feature) => isRecord(capabilities[feature]));
}

/** What a client's `initialize` is answered: what the server said, in the version that both speak. */
export function initializeAnswer(params: InitializeParams, result: InitializeResult): Record<string, unknown> {
  return {
    ...result,
    protocolVersion: negotiateVersion(params.protocolVersion, result.protocolVersion),
    capabilities: announcing(result.capabilities),
  };
}

/** Name and version as the client gives them, each cut after 200 characters; null when it does not. */
export function clientInfoOf(value: unknown): { name: string; version: string } | null {
  if (!isRecord(value) || typeof value['name'] !== 'string') return null;
  const version = typeof value['version'] === 'string' ? value['version'] : '';
  return { name: keptName(value['name']), version: keptName(version) };
}

/** The server's capabilities, and that lists may change: Berth announces it after a restart even where the server never would. */
export function announcing(capabilities: Record<string, unknown>): Record<string, unknown> {
  const announced: Record<string, unknown> = { ...capabilities };
  for (const list of lists) {
    const value = announced[list];
    if (isRecord(value)) announced[list] = { ...value, listChanged: true };
  }
  return announced;
}
