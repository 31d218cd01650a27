import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BerthError } from '../../../contract/errors.ts';
import { explainNetworkError } from '../kube/network-errors.ts';
import { agentFor } from '../network/agent-for.ts';
import { type NpmConfig, shownProxy } from './npm-config.ts';

/** Between two pieces of an answer, in ms. */
const IDLE_MS = 60_000;
const MOST_REDIRECTS = 5;

export interface RegistryRequestOptions {
  readonly config: NpmConfig;
  readonly accept: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly idleMs?: number;
}

/**
 * GETs from a registry the way the user's npm is told to: its proxies, authorities and credentials. Redirects are followed, and
 * each hop gets only the credentials that the user keeps for its own host. Resolves with an answer of status 200, whose body the
 * caller reads; rejects with `unreachable`, `unauthorized`, `not-found`, `timed-out`, `protocol` or `cancelled`.
 */
export async function getFromRegistry(address: URL, options: RegistryRequestOptions): Promise<IncomingMessage> {
  let url = address;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await send(url, options);
    const status = response.statusCode ?? 0;
    if (status === 200) return response;
    response.destroy();
    const { location } = response.headers;
    if (status < 300 || status >= 400 || location === undefined) throw refusal(url, status, options.config);
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next === null || !/^https?:$/.test(next.protocol))
      throw wrongAnswer(url, 'it redirects to something that is no URL');
    if (url.protocol === 'https:' && next.protocol === 'http:') {
      throw wrongAnswer(url, `it redirects to ${next.host} without TLS`);
    }
    url = next;
  }
  throw wrongAnswer(address, `it redirects more than ${MOST_REDIRECTS} times`);
}

/** Error for a peer that breaks the rules: `what` completes "The registry HOST cannot be used: …". */
export function wrongAnswer(url: URL, what: string): BerthError {
  return new BerthError('protocol', `The registry ${url.host} cannot be used: ${what}.`, {
    hint: 'Check the registry of your npm configuration (`npm config get registry`), then try again.',
  });
}

/** What broke off the connection, as an error of Berth's. */
export function networkFailure(url: URL, error: unknown, config: NpmConfig, signal: AbortSignal): BerthError {
  if (signal.aborted) return new BerthError('cancelled', 'The installation was cancelled.');
  if (error instanceof BerthError) return error;
  const proxy = shownProxy(config, url);
  const way = proxy === null ? url.host : `${url.host} through the proxy ${proxy}`;
  const { what, certificate } = explainNetworkError(error);
  const reason = certificate ? registryCertificate(error) : what;
  return new BerthError('unreachable', `The registry ${way} cannot be reached: ${reason}.`.replace('..', '.'), {
    hint: certificate
      ? 'Behind a proxy that opens TLS, name its authority in `cafile` of your ~/.npmrc or in NODE_EXTRA_CA_CERTS.'
      : 'Check the network, and HTTPS_PROXY, NO_PROXY and `npm config get registry`; then try again.',
    cause: error,
  });
}

function send(url: URL, options: RegistryRequestOptions): Promise<IncomingMessage> {
  const { config, signal, idleMs = IDLE_MS } = options;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(networkFailure(url, error, config, signal));
    const authorization = config.authorizationFor(url);
    const headers = {
      accept: options.accept,
      'user-agent': options.userAgent,
      ...(authorization === null ? {} : { authorization }),
    };
    try {
      const agent = agentFor(url, config.proxyEnvironment(url), {
        ca: config.authorities,
        tls: config.strictTls ? {} : { rejectUnauthorized: false },
        keepAlive: false,
      });
      const open = url.protocol === 'https:' ? tlsRequest : plainRequest;
      const request = open(url, { headers, signal, timeout: idleMs, agent });
      request.on('timeout', () =>
        request.destroy(
          new BerthError(
            'timed-out',
            `The registry ${url.host} has not answered for ${Math.round(idleMs / 1_000)} s.`,
            {
              hint: 'Check the network and try again.',
            },
          ),
        ),
      );
      request.on('error', fail);
      request.on('response', resolve);
      request.end();
    } catch (error) {
      fail(error);
    }
  });
}

function refusal(url: URL, status: number, config: NpmConfig): BerthError {
  const what = decodeURIComponent(url.pathname.replace(/^.*?\/(?=@|[^/]*(\/-\/.*)?$)/, ''));
  if (status === 401 || status === 403) {
    const known = config.authorizationFor(url) !== null;
    return new BerthError(
      'unauthorized',
      `The registry ${url.host} answers ${status} for ${what}: ${known ? 'it does not take the token of your .npmrc' : 'it wants a login'}.`,
      {
        hint: known
          ? 'Log in again with `npm login`, or renew the token in ~/.npmrc; then try again.'
          : `Log in with \`npm login --registry=${url.origin}/\`, or put a token for //${url.host}/ into ~/.npmrc; then try again.`,
      },
    );
  }
  if (status === 404) {
    return new BerthError('not-found', `The registry ${url.host} does not have ${what}.`, {
      hint: 'A company registry may have to be told to mirror it; `npm config get registry` says which one is asked.',
    });
  }
  if (status === 407) {
    return new BerthError('unauthorized', `The proxy before ${url.host} wants a login.`, {
      hint: 'Put user and password into the proxy URL (HTTPS_PROXY), then try again.',
    });
  }
  return wrongAnswer(url, `it answers ${status} for ${what}`);
}

/** The words for API servers speak of kubeconfigs; these do not. */
function registryCertificate(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for other names';
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS there';
  return 'its certificate comes from an unknown authority';
}
