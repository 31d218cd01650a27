import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { BerthError } from '../../../contract/errors.ts';
import { nameProxy, type ProxyName, proxyRefusal, proxyUnreachable } from './proxy-errors.ts';

/** How the far end of a connection proves who it is; node:tls has the words. */
export type TlsOptions = ConnectionOptions;

/** Until a proxy has answered CONNECT. Proxies try the far end for as long as this themselves. */
const CONNECT_MS = 30_000;

/** `Proxy-Authorization` for a proxy's URL; none when it holds no login. */
function proxyLogin(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const login = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

export interface TunnelOptions {
  /** What the user set the proxy with, for errors. */
  readonly from: string;
  /** For the far end. */
  readonly tls: TlsOptions;
  /** For an https:// proxy itself. */
  readonly proxyTls: TlsOptions;
  readonly keepAlive: boolean;
}

type Opened = Parameters<HttpsProxyAgent<string>['connect']>;

/**
 * HTTPS through a proxy, by CONNECT. Unlike the library's own, it says which of the two ends failed, never takes the proxy's refusal for the
 * far end's answer, and does not wait for a silent proxy for ever. The password stays out of the library's debug output.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  readonly name: ProxyName;
  readonly #tls: TlsOptions;
  readonly #underway = new Set<AbortController>();
  readonly #secureProxy: boolean;
  readonly #base: TunnelAgent['connectOpts'];

  constructor(proxy: URL, { from, tls, proxyTls, keepAlive }: TunnelOptions) {
    super(withoutLogin(proxy), { ...proxyTls, keepAlive, headers: proxyLogin(proxy) });
    this.name = nameProxy(proxy, from);
    this.#tls = tls;
    this.#secureProxy = proxy.protocol === 'https:';
    this.#base = this.connectOpts;
  }

  override async connect(request: ClientRequest, options: Opened[1]): Promise<Socket> {
    const target = `${options.host}:${options.port}`;
    const limit = new AbortController();
    const late = new BerthError(
      'unreachable',
      `The proxy ${this.name.shown} did not open the way to ${target} within ${CONNECT_MS / 1_000} s.`,
      { hint: `Check ${this.name.from}, and whether the proxy can reach ${target}.` },
    );
    const timer = setTimeout(() => limit.abort(late), CONNECT_MS);
    this.#underway.add(limit);
    let answer: { statusCode: number; headers: IncomingMessage['headers'] } | null = null;
    request.once('proxyConnect', (said) => {
      answer = said;
    });
    try {
      // The library reads this before it waits for anything, so that calls at the same time do not meet here.
      this.connectOpts = this.#firstHop(limit.signal);
      const socket = await super.connect(request, {
        ...options,
        ...checkAddress(options.host),
        ...this.#tls,
      } as Opened[1]);
      const refused = refusal(answer);
      if (!refused) return socket;
      socket.destroy();
      throw proxyRefusal(this.name, target, refused.status, refused.schemes);
    } catch (error) {
      if (limit.signal.aborted) throw limit.signal.reason;
      throw error instanceof BerthError ? error : proxyUnreachable(this.name, target, error);
    } finally {
      clearTimeout(timer);
      this.#underway.delete(limit);
    }
  }

  /** Also breaks off what waits for the proxy's answer. */
  override destroy(): void {
    for (const limit of this.#underway) limit.abort(new BerthError('cancelled', 'The connection was closed.'));
    super.destroy();
  }

  #firstHop(signal: AbortSignal): TunnelAgent['connectOpts'] {
    const { host, port } = this.#base;
    // A TLS socket heeds no signal; the one below it does.
    if (this.#secureProxy) return { ...this.#base, socket: connectTcp({ host: host ?? '', port, signal }) };
    return { ...this.#base, signal };
  }
}

function refusal(answer: { statusCode: number; headers: IncomingMessage['headers'] } | null) {
  if (!answer || answer.statusCode === 200) return null;
  const offered: unknown = answer.headers['proxy-authenticate'];
  return { status: answer.statusCode, schemes: Array.isArray(offered) ? offered.join(', ') : String(offered ?? '') };
}

/** What Node calls for each request before its head is written; @types/node does not know it. */
interface AddsRequests {
  addRequest(request: ClientRequest, options: { host?: string; port?: number | string; path?: string }): void;
}

/** Plain HTTP through a proxy: it is asked for the whole URL (RFC 9112, 3.2.2), since many allow CONNECT to TLS ports only. */
export class ForwardAgent extends HttpAgent {
  readonly #proxy: URL;

  constructor(proxy: URL, keepAlive: boolean) {
    super({ keepAlive });
    this.#proxy = proxy;
  }

  addRequest(request: ClientRequest, options: { host?: string; port?: number | string }): void {
    request.path = `http://${request.getHeader('host')}${request.path}`;
    for (const [name, value] of Object.entries(proxyLogin(this.#proxy))) request.setHeader(name, value);
    const { addRequest } = HttpAgent.prototype as unknown as AddsRequests;
    const hop = { ...options, host: bareHost(this.#proxy), port: this.#proxy.port || 80 };
    addRequest.call(this, request, hop);
  }
}

/** An address, unlike a name, is not handed on by the library: Node would look for the proxy's in the far end's certificate. */
function checkAddress(host: string | undefined): TlsOptions {
  if (host === undefined || isIP(host) === 0) return {};
  return { checkServerIdentity: (_proxy, shown) => checkServerIdentity(host, shown) };
}

/** A URL's host without the brackets of an IPv6 address. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function withoutLogin(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
