/**
 * Sites whose pages Berth may open in the user's browser: those that presets, the doctor and the window link to.
 * Anything else is refused, so that a server's text cannot send the user elsewhere.
 */
export const linkedHosts: readonly string[] = [
  'github.com',
  'kubernetes.io',
  'modelcontextprotocol.io',
  'npmjs.com',
  'nodejs.org',
  'cursor.com',
  'claude.ai',
  'claude.com',
  'docs.docker.com',
  'cloud.google.com',
  'docs.aws.amazon.com',
  'learn.microsoft.com',
];

/** Whether this link may be opened: https, no credentials, the usual port, and one of the hosts or a `www.` or `docs.` of it. */
export function mayOpenExternally(address: string, hosts: readonly string[] = linkedHosts): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.protocol !== 'https:' || url.username || url.password || url.port) return false;
  return hosts.some(
    (host) => url.hostname === host || url.hostname === `www.${host}` || url.hostname === `docs.${host}`,
  );
}
