import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BerthError } from '../../../contract/errors.ts';
import { ALL, type AllMode, allModeSchema, allModes } from '../../../contract/model/all.ts';
import type { Disposable } from '../dispose.ts';
import type { SessionHost } from './client-session.ts';
import type { Endpoints } from './endpoints.ts';
import { answerJson, answerThrown, HttpRefusal, MARKER_HEADER } from './http-answers.ts';
import { bearerToken, isAllowedOrigin, isLoopbackHost, routeOf } from './http-rules.ts';
import { KnownCallers } from './known-callers.ts';
import { LegacySse } from './legacy-sse.ts';
import type { GatewayLimits } from './limits.ts';
import type { TokenVerifier } from './ports.ts';
import { StreamableHttp } from './streamable-http.ts';

/** What a token for `/metrics` is for, in the place of a server. */
export const METRICS = 'metrics';

export interface HttpFrontOptions {
  readonly endpoints: Endpoints;
  readonly tokens: TokenVerifier;
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
  readonly limits: GatewayLimits;
  /** Origins of browsers' pages that may call beside the endpoint's own. */
  readonly origins: readonly string[];
}

/** The door for clients that speak HTTP: 127.0.0.1 only. Every request passes the Host and Origin checks before anything else is looked at, then its token. */
export class HttpFront implements Disposable {
  readonly #options: HttpFrontOptions;
  readonly #mcp: StreamableHttp;
  readonly #sse: LegacySse;
  readonly #callers: KnownCallers;
  #server: Server | null = null;

  constructor(options: HttpFrontOptions) {
    this.#options = options;
    this.#callers = new KnownCallers(options.tokens);
    this.#mcp = new StreamableHttp(options.limits);
    this.#sse = new LegacySse(options.limits);
  }

  /** Answers the port. On a second call the former port is closed once the new one listens. Rejects with the system's error. */
  async listen(port: number): Promise<number> {
    const { limits } = this.#options;
    const server = createServer(
      {
        maxHeaderSize: limits.maxHeaderBytes,
        headersTimeout: 15_000,
        requestTimeout: 120_000,
        keepAliveTimeout: 65_000,
        noDelay: true,
      },
      (request, response) => void this.#handle(request, response),
    );
    server.maxConnections = limits.maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const former = this.#server;
    this.#server = server;
    if (former) await close(former);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Ends what this client has open. */
  endClient(client: string, cause: BerthError): void {
    this.#mcp.endClient(client, cause);
    this.#sse.endClient(client, cause);
  }

  async dispose(): Promise<void> {
    this.#mcp.dispose();
    this.#sse.dispose();
    const server = this.#server;
    this.#server = null;
    if (server) await close(server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => response.destroy());
    try {
      const { host, origin } = request.headers;
      if (!isLoopbackHost(host)) throw new HttpRefusal(403, 'This Host is not one of this machine.');
      if (!isAllowedOrigin(origin, host, this.#options.origins)) {
        throw new HttpRefusal(403, 'This Origin may not use Berth.');
      }
      await this.#route(request, response);
    } catch (error) {
      answerThrown(response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routeOf(request.url);
    switch (route.kind) {
      case 'health':
        answerJson(response, 200, { status: 'ok' }, { [MARKER_HEADER]: '1' });
        return;
      case 'metrics':
        this.#client(METRICS, request);
        await this.#answerMetrics(request, response);
        return;
      case 'well-known':
      case 'unknown':
        throw new HttpRefusal(404, 'Not found.');
      case 'sse':
        this.#sse.open(this.#endpoint(route.slug, request), this.#client(route.slug, request), request, response);
        return;
      case 'messages':
        await this.#sse.post(this.#endpoint(route.slug, request), this.#client(route.slug, request), request, response);
        return;
      case 'mcp': {
        const endpoint = this.#endpoint(route.slug, request);
        await this.#mcp.handle(endpoint, this.#client(route.slug, request), request, response);
      }
    }
  }

  async #answerMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET') throw new HttpRefusal(405, 'Use GET.', { headers: { allow: 'GET' } });
    const { contentType, text } = await this.#options.metrics();
    response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }).end(text);
  }

  #endpoint(slug: string, request: IncomingMessage): SessionHost {
    const endpoint = this.#options.endpoints.host(slug, slug === ALL ? modeOf(request.url) : null);
    if (endpoint) return endpoint;
    throw new HttpRefusal(404, `There is no server ${slug} in Berth.`);
  }

  /** Whose token it is. Without resource metadata in the header, clients do not start an OAuth dance (D24). */
  #client(slug: string, request: IncomingMessage): string {
    const client = this.#callers.clientOf(slug, request);
    if (client !== undefined) return client;
    const message =
      bearerToken(request.headers.authorization) === undefined
        ? 'A token is needed.'
        : 'This token is not valid for this server.';
    throw new HttpRefusal(401, `${message} Install the client again from Berth.`, {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
}

/** The mode that a client of all servers asks for (`?mode=search`); null when it asks for none. */
function modeOf(target: string | undefined): AllMode | null {
  const asked = new URLSearchParams(target?.split('?', 2)[1] ?? '').get('mode');
  if (asked === null) return null;
  const mode = allModeSchema.safeParse(asked);
  if (mode.success) return mode.data;
  throw new HttpRefusal(400, `The mode is one of ${allModes.join(', ')}.`);
}

/** Stops accepting, lets what was ended just now go out, and resolves when the port is free. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), 500);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
