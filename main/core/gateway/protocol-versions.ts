/** Versions of the session era that Berth can relay, newest first: https://modelcontextprotocol.io/specification/versioning */
export const relayedVersions: readonly string[] = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
];

/** A client without the header speaks this: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header */
export function isRelayedVersion(version: string): boolean {
  return relayedVersions.includes(version);
}

/** What the session speaks: what the client asks for if both sides can, else what the server speaks. Versions are dates, so they compare as text. */
export function negotiateVersion(asked: unknown, backendVersion: string): string {
  if (typeof asked === 'string' && isRelayedVersion(asked) && asked <= backendVersion) return asked;
  return backendVersion;
}
