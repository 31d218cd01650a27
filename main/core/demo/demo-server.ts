import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Disposable } from '../dispose.ts';
import type { ApiAnswer, ApiRequest } from './api-exchange.ts';
import { ApiStatusError, badRequest, UnknownPathError, unauthorized } from './api-status.ts';
import { answer } from './demo-api.ts';
import type { DemoCluster } from './demo-cluster.ts';
import type { Json } from './kube-object.ts';
import { decodeReview } from './review-protobuf.ts';

export interface DemoServerOptions {
  readonly cluster: DemoCluster;
  readonly token: string;
  readonly certificate: string;
  readonly key: string;
  /** How long a followed log and an idle watch stay open at most, in ms. */
  readonly followMs?: number;
  readonly watchMs?: number;
  readonly bookmarkMs?: number;
}

export interface DemoServer extends Disposable {
  readonly url: string;
  dispose(): Promise<void>;
}

const maximumBody = 256 * 1024;
const maximumWatches = 200;

/** Serves a demo cluster over HTTPS on a free port of 127.0.0.1 to whoever has the token. */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const { cluster, followMs = 3_000, watchMs = 10 * 60_000, bookmarkMs = 30_000 } = options;
  const digest = sha256(options.token);
  const server = createServer({ cert: options.certificate, key: options.key, minVersion: 'TLSv1.2' });
  server.headersTimeout = 10_000;
  server.maxConnections = 500;
  let address = '';
  let watches = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(sha256(bearer), digest)) throw unauthorized();
    const url = parseUrl(request.url ?? '/');
    const found = await answer(toApiRequest(request, response, url), cluster, address, Date.now());
    if (found.kind === 'json') return sendJson(response, found.status ?? 200, found.body, found.contentType);
    if (found.kind === 'text') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write(found.body);
      if (!found.follow) return void response.end();
      return closeLater(response, followMs);
    }
    if (watches >= maximumWatches) {
      throw new ApiStatusError(
        429,
        'TooManyRequests',
        'too many watches on the demo cluster',
        { retryAfterSeconds: 5 },
        { 'retry-after': '5' },
      );
    }
    watches++;
    response.once('close', () => watches--);
    const asked = Number(url.searchParams.get('timeoutSeconds') || 0) * 1000;
    startWatch(response, found, bookmarkMs);
    closeLater(response, asked > 0 ? Math.min(asked, watchMs) : watchMs);
  };

  server.on('request', (request, response) => {
    handle(request, response)
      .catch((error: unknown) => {
        if (error instanceof UnknownPathError && !response.headersSent) return sendUnknownPath(response, error);
        const status =
          error instanceof ApiStatusError
            ? error
            : new ApiStatusError(500, 'InternalError', error instanceof Error ? error.message : String(error));
        if (response.headersSent) return void response.destroy();
        for (const [name, value] of Object.entries(status.headers)) response.setHeader(name, value);
        sendJson(response, status.code, status.body());
      })
      .finally(() => request.resume());
  });
  // A client that gives up on TLS or in the middle of a request is no event for the demo.
  server.on('clientError', (_error, socket) => socket.destroy());

  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', failed);
      done();
    });
  });
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `https://${address}`,
    dispose: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function startWatch(response: ServerResponse, found: ApiAnswer & { kind: 'watch' }, bookmarkMs: number): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  const event = (type: string, object: Json) => response.write(`${JSON.stringify({ type, object })}\n`);
  for (const object of found.initial) event('ADDED', found.present(object));
  if (found.initialEventsEnd) {
    const metadata = { ...(found.bookmark['metadata'] as Json), annotations: { 'k8s.io/initial-events-end': 'true' } };
    event('BOOKMARK', { ...found.bookmark, metadata });
  }
  response.flushHeaders();
  if (!found.bookmarks) return;
  const timer = setInterval(() => event('BOOKMARK', found.bookmark), bookmarkMs);
  response.once('close', () => clearInterval(timer));
}

/** Ends a stream after a while, so that nobody waits for ever for news from a cluster where nothing happens. */
function closeLater(response: ServerResponse, ms: number): void {
  const timer = setTimeout(() => response.end(), ms);
  timer.unref();
  response.once('close', () => clearTimeout(timer));
}

function toApiRequest(request: IncomingMessage, response: ServerResponse, url: URL): ApiRequest {
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept: request.headers.accept,
    body: () => readBody(request),
    warn: (text) => void response.setHeader('warning', `299 - "${text}"`),
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  const protobuf = type === 'application/vnd.kubernetes.protobuf';
  if (type !== 'application/json' && !protobuf) {
    throw new ApiStatusError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/vnd.kubernetes.protobuf',
    );
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maximumBody) throw new ApiStatusError(413, 'RequestEntityTooLarge', `limit is ${maximumBody}`);
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  if (protobuf) return decodeReview(bytes);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badRequest('the object provided is not valid JSON');
  }
}

function sendJson(response: ServerResponse, status: number, body: Json, contentType = 'application/json'): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
  });
  response.end(bytes);
}

/** As Go's `http.NotFound`. */
function sendUnknownPath(response: ServerResponse, error: UnknownPathError): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(`${error.message}\n`);
}

function parseUrl(target: string): URL {
  try {
    return new URL(target, 'https://demo.invalid');
  } catch {
    throw badRequest('the request target is not a URL');
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
