import { type RequestOptions as HttpOptions, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { BerthError } from '../../../contract/errors.ts';
import { ForwardAgent, TunnelAgent } from '../network/proxy-agents.ts';
import { nameProxy, type ProxyName } from '../network/proxy-errors.ts';
import { trustedCertificates } from '../network/trusted-certificates.ts';
import type { ExecCredential } from './exec-credential.ts';
import { type Fields, fieldsOf, textOf } from './kubeconfig-file.ts';
import { proxyFor } from './proxy-env.ts';
import type { SingleContext } from './single-context.ts';

/** How to speak with one API server as one user. Holds credentials; lives for one question or one ladder of them. */
export interface ApiConnection {
  readonly server: URL;
  /** Proxy that stands between, from the kubeconfig or the environment. */
  readonly proxy: URL | null;
  /** The proxy as it may be shown. */
  readonly proxyName: ProxyName | null;
  /** Where the authorities come from that are trusted for the API server, in words. */
  readonly trust: string;
  /** For node:https, or node:http where the server's URL says so. */
  readonly options: RequestOptions;
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** The body where it is a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

const maximumAnswer = 4 * 1024 * 1024;

/** Cluster and user entries of a single-context kubeconfig. */
export function entriesOf(single: SingleContext): { cluster: Fields; user: Fields | null } {
  const entry = (list: string, key: string) => {
    const items = single.config[list];
    const first: unknown = Array.isArray(items) ? items[0] : undefined;
    return first ? fieldsOf(first as Fields, key) : null;
  };
  return { cluster: entry('clusters', 'cluster') ?? {}, user: entry('users', 'user') };
}

/**
 * Builds a connection with client-node from a single-context kubeconfig; what a login plugin gave stands in for its `exec` entry. Proxy and,
 * where the kubeconfig names no authority, whom to trust are those that kubectl would take: the kubeconfig's, else the environment's.
 * Rejects with `invalid-config` or `auth-failed`.
 */
export async function openConnection(
  single: SingleContext,
  credential: ExecCredential | null,
  env: Readonly<Record<string, string>>,
): Promise<ApiConnection> {
  const { cluster, user } = entriesOf(single);
  const server = readUrl(textOf(cluster, 'server') ?? '', 'server');
  const chosen = chooseProxy(cluster, server, env);
  const trust = await chooseTrust(cluster, server, env);
  const contextName = 'probe';
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contextName,
    contexts: [{ name: contextName, context: { cluster: contextName, user: contextName } }],
    clusters: [
      {
        name: contextName,
        cluster: {
          ...without(cluster, 'proxy-url'),
          ...trust.fields,
          ...(chosen && isSocks(chosen.url) ? { 'proxy-url': resolvedByProxy(chosen.url) } : {}),
          // client-node refuses plain HTTP without it; kubectl does not.
          ...(server.protocol === 'http:' ? { 'insecure-skip-tls-verify': true } : {}),
        },
      },
    ],
    users: [{ name: contextName, user: withCredential(user ?? {}, credential) }],
  });
  // Loaded when first needed: it takes most of a second and most runs of Berth's command line never ask a cluster.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const options: RequestOptions = {};
  try {
    config.loadFromString(text);
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new BerthError(
      'auth-failed',
      `The credential cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
      {
        hint: 'Log in again with the tool that made the kubeconfig.',
        cause: error,
      },
    );
  }
  const groups = stringList(user?.['as-groups']);
  if (groups.length > 0)
    options.headers = { ...(options.headers as Record<string, string>), 'Impersonate-Group': groups };
  if (chosen && !isSocks(chosen.url)) options.agent = agentThrough(chosen, server, options);
  return {
    server,
    proxy: chosen?.url ?? null,
    proxyName: chosen ? nameProxy(chosen.url, chosen.from) : null,
    trust: trust.words,
    options,
  };
}

interface Chosen {
  readonly url: URL;
  readonly from: string;
}

function chooseProxy(cluster: Fields, server: URL, env: Readonly<Record<string, string>>): Chosen | null {
  const own = textOf(cluster, 'proxy-url');
  if (own !== null) return { url: readUrl(own, 'proxy'), from: 'proxy-url' };
  const text = proxyFor(server, env);
  const from = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return text === null ? null : { url: readUrl(text, 'proxy'), from };
}

/** Whom to trust: the kubeconfig says it, else the machine and the variables of the login shell do, as for kubectl. */
async function chooseTrust(
  cluster: Fields,
  server: URL,
  env: Readonly<Record<string, string>>,
): Promise<{ fields: Fields; words: string }> {
  if (textOf(cluster, 'certificate-authority-data') !== null) {
    return { fields: {}, words: 'certificate-authority-data of the kubeconfig' };
  }
  const file = textOf(cluster, 'certificate-authority');
  if (file !== null) return { fields: {}, words: `certificate-authority ${file}` };
  if (server.protocol === 'http:' || cluster['insecure-skip-tls-verify'] === true)
    return { fields: {}, words: 'nobody' };
  const { ca, sources, problems } = await trustedCertificates(env);
  const data = Buffer.from(ca.join('')).toString('base64');
  return { fields: { 'certificate-authority-data': data }, words: [sources.join(', '), ...problems].join('; ') };
}

/** client-node's own agents take the refusal of a proxy for an answer of the API server's, and open a tunnel for plain HTTP. */
function agentThrough({ url, from }: Chosen, server: URL, { ca, rejectUnauthorized }: RequestOptions) {
  if (server.protocol === 'http:' && url.protocol === 'http:') return new ForwardAgent(url, false);
  // A proxy that speaks TLS itself is held to the same rules as the API server, as client-go has it.
  const proxyTls = { ca, ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }) };
  return new TunnelAgent(url, { from, tls: {}, proxyTls, keepAlive: false });
}

const isSocks = (proxy: URL) => proxy.protocol.startsWith('socks');

/** For Go, `socks5` means that the proxy looks names up; for the library below client-node that is `socks5h`. */
function resolvedByProxy(proxy: URL): string {
  return proxy.href.replace(/^socks5?:/, 'socks5h:');
}

function without(fields: Fields, name: string): Fields {
  const { [name]: _left, ...rest } = fields;
  return rest;
}

/** Sends one request to the API server and reads the whole answer. Rejects with the network's own error, `timed-out` or `cancelled`. */
export function askApi(
  connection: ApiConnection,
  path: string,
  options: { method?: string; body?: unknown; signal?: AbortSignal | undefined; timeoutMs: number },
): Promise<ApiAnswer> {
  const { server } = connection;
  const body = options.body === undefined ? null : Buffer.from(JSON.stringify(options.body));
  const url = new URL(server.pathname.replace(/\/$/, '') + path, server);
  return new Promise((done, failed) => {
    const settle = (then: () => void) => {
      clearTimeout(late);
      options.signal?.removeEventListener('abort', abort);
      then();
    };
    // Why we ended it ourselves: once an answer has begun, Node tells that as a connection that was cut.
    let ended: BerthError | null = null;
    const end = (error: BerthError) => {
      ended ??= error;
      request.destroy(error);
      // A request that waits for its proxy hears nothing of being destroyed.
      const { agent } = connection.options;
      if (typeof agent === 'object') agent.destroy();
      settle(() => failed(ended ?? error));
    };
    const settings: RequestOptions = {
      ...connection.options,
      method: options.method ?? 'GET',
      headers: {
        ...(connection.options.headers as Record<string, string> | undefined),
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
      },
    };
    const respond = (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maximumAnswer) end(new BerthError('too-large', 'The API server answered with more than 4 MiB.'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        settle(() => done({ status: response.statusCode ?? 0, text, json: parseObject(text) }));
      });
      response.on('error', (error) => settle(() => failed(ended ?? error)));
    };
    const request =
      server.protocol === 'http:'
        ? httpRequest(url, settings as HttpOptions, respond)
        : httpsRequest(url, settings, respond);
    const late = setTimeout(
      () =>
        end(
          new BerthError('timed-out', `${url.host} did not answer within ${Math.round(options.timeoutMs / 1000)} s.`, {
            hint: 'Check that the cluster is up and that the VPN is connected.',
          }),
        ),
      options.timeoutMs,
    );
    const abort = () => end(new BerthError('cancelled', 'The request was cancelled.'));
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted) abort();
    request.on('error', (error) => settle(() => failed(ended ?? error)));
    request.end(body ?? undefined);
  });
}

function withCredential(user: Fields, credential: ExecCredential | null): Record<string, unknown> {
  const { exec: _exec, ...rest } = user;
  if (!credential) return rest;
  const encode = (pem: string) => Buffer.from(pem).toString('base64');
  return {
    ...rest,
    ...(credential.token === null ? {} : { token: credential.token }),
    ...(credential.certificate === null ? {} : { 'client-certificate-data': encode(credential.certificate) }),
    ...(credential.key === null ? {} : { 'client-key-data': encode(credential.key) }),
  };
}

function readUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const known = what === 'server' ? ['http:', 'https:'] : ['http:', 'https:', 'socks5:', 'socks5h:', 'socks:'];
  if (url && known.includes(url.protocol)) return url;
  // The text may hold a password: it is not repeated.
  throw new BerthError('invalid-config', `The ${what} of the context is not a URL that can be used.`, {
    hint:
      what === 'server'
        ? 'Correct `server:` of the cluster in the kubeconfig.'
        : 'Correct `proxy-url:` of the cluster, or HTTPS_PROXY.',
  });
}

function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
