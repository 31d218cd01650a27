import { BlockList, isIP } from 'node:net';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that kubectl would use for this API server under these variables (Go's `httpproxy`): `HTTPS_PROXY` or `HTTP_PROXY` by the
 * server's scheme, upper case or lower; never for loopback; `NO_PROXY` with names, `.domains`, addresses, networks and ports. Null for none.
 */
export function proxyFor(server: URL, env: Env): string | null {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy) return null;
  const host = hostOf(server);
  if (host === 'localhost' || isLoopback(host)) return null;
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '').split(',').map((each) => each.trim().toLowerCase());
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (exceptions.some((exception) => exception !== '' && excludes(exception, host, port))) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** Host of a URL without an IPv6 address's brackets, in lower case. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

function excludes(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true;
  const network = /^([0-9a-f.:]+)\/(\d+)$/.exec(exception);
  if (network?.[1] && network[2]) return inNetwork(host, network[1], Number(network[2]));
  const withPort = isIP(exception) === 0 ? /^\[?([^\]]+?)\]?:(\d+)$/.exec(exception) : null;
  if (withPort && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? exception).replace(/^\*(?=\.)/, '');
  if (isIP(host) !== 0) return name === host;
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

function inNetwork(host: string, network: string, prefix: number): boolean {
  const family = isIP(host);
  if (family === 0 || isIP(network) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function isLoopback(host: string): boolean {
  return inNetwork(host, '127.0.0.0', 8) || host === '::1';
}
