import { type Agent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { BerthError } from '../../../contract/errors.ts';
import { proxyFor } from '../kube/proxy-env.ts';
import { ForwardAgent, type TlsOptions, TunnelAgent } from './proxy-agents.ts';
import { nameProxy } from './proxy-errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface AgentOptions {
  /** Whom to trust, as `trustedCertificates` tells; absent: whom the runtime trusts. */
  readonly ca?: readonly string[];
  /** More for the far end's TLS, e.g. a client certificate. */
  readonly tls?: TlsOptions;
  /** Whether connections are kept for further requests; default true. */
  readonly keepAlive?: boolean;
}

/** A proxy that the environment names for a URL, and the variable that does. */
export interface ChosenProxy {
  readonly url: URL;
  readonly from: string;
}

/**
 * The agent for node:http or node:https, by the URL's scheme, that takes the way these variables tell: through the proxy of HTTPS_PROXY or
 * HTTP_PROXY, or directly, by Go's rules. Throws `invalid-config` for a proxy that is no URL, `unsupported` for one that is not HTTP.
 */
export function agentFor(url: URL, env: Env, { ca, tls = {}, keepAlive = true }: AgentOptions = {}): Agent {
  const secure = url.protocol === 'https:';
  const trust = ca === undefined ? {} : { secureContext: contextOf(ca) };
  const proxy = chosenProxy(url, env);
  if (!proxy) return secure ? new HttpsAgent({ keepAlive, ...trust, ...tls }) : new HttpAgent({ keepAlive });
  if (!secure && proxy.url.protocol === 'http:') return new ForwardAgent(proxy.url, keepAlive);
  return new TunnelAgent(proxy.url, {
    from: proxy.from,
    tls: { ...trust, ...tls },
    proxyTls: trust,
    keepAlive,
  });
}

/** The proxy for a URL, or null where it is reached directly. Throws as `agentFor` does. */
export function chosenProxy(url: URL, env: Env): ChosenProxy | null {
  const text = proxyFor(url, env);
  if (text === null) return null;
  const from = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = URL.canParse(text) ? new URL(text) : null;
  // The text may hold a password: it is not repeated.
  if (!proxy || proxy.hostname === '') {
    throw new BerthError('invalid-config', `${from} is not a URL that can be used.`, {
      hint: 'Write it as http://HOST:PORT in the start-up files of your shell, and start Berth anew.',
    });
  }
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    throw new BerthError('unsupported', `Berth cannot reach ${url.host} through ${nameProxy(proxy, from).shown}.`, {
      hint: `Proxies for servers by URL speak HTTP. Set ${from} to one that does, or add ${url.hostname} to NO_PROXY.`,
    });
  }
  return { url: proxy, from };
}

/** Hundreds of authorities take some 20 ms to load, so each list is loaded once. */
const contexts = new WeakMap<readonly string[], SecureContext>();

function contextOf(ca: readonly string[]): SecureContext {
  const known = contexts.get(ca);
  if (known) return known;
  const context = createSecureContext({ ca: [...ca] });
  contexts.set(ca, context);
  return context;
}
