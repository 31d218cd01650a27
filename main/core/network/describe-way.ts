import { chosenProxy } from './agent-for.ts';
import { nameProxy } from './proxy-errors.ts';
import { trustedCertificates } from './trusted-certificates.ts';

/**
 * How Berth reaches a URL with this environment, in words: the proxy without its password, and for HTTPS whose word is taken for the
 * certificate. Rejects as `agentFor` and `trustedCertificates` do.
 */
export async function describeWay(
  url: URL,
  env: Readonly<Record<string, string>>,
  caFile: string | null,
): Promise<string> {
  const proxy = chosenProxy(url, env);
  const way = proxy ? `through ${nameProxy(proxy.url, proxy.from).shown} (${proxy.from})` : 'directly';
  if (url.protocol !== 'https:') return way;
  const { sources, problems } = await trustedCertificates(env, caFile === null ? [] : [caFile]);
  return [`${way}, trusting ${sources.join(', ')}`, ...problems].join('; ');
}
