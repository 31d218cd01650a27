import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { BerthError } from '../../contract/errors.ts';
import type { Disposable } from '../core/dispose.ts';
import { isLoopbackHost } from '../core/gateway/http-rules.ts';
import type { Dispatcher } from '../core/rpc/dispatcher.ts';
import { mediaType, windowHeaders } from '../core/window-policy.ts';
import { UiSessions } from './ui-sessions.ts';
import { webSocketConnection } from './web-socket-connection.ts';

const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const PREFERRED_PORT = 23785;

/** Serves the window to a browser on loopback: static files, a one-time login, and the contract over WebSocket. */
export class UiServer implements Disposable {
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #sessions: UiSessions;
  readonly #folder: string;
  readonly #port: number;

  private constructor(server: Server, folder: string, dispatcher: Dispatcher) {
    this.#server = server;
    this.#folder = folder;
    this.#port = (server.address() as AddressInfo).port;
    this.#sessions = new UiSessions(randomBytes(6).toString('hex'));
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
    this.#sockets.on('connection', (socket: WebSocket) => dispatcher.accept(webSocketConnection(socket)));
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: Error) => {
        if (response.headersSent) response.destroy();
        else send(response, 500, 'text/plain; charset=utf-8', `Berth could not answer: ${error.message}\n`);
      });
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Listens on 127.0.0.1. Without a port: the usual one, or any free one when that is taken. A port that was asked for and
   * is taken rejects with `port-in-use`.
   */
  static async listen(options: { port?: number; folder: string; dispatcher: Dispatcher }): Promise<UiServer> {
    const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 });
    try {
      await listen(server, options.port ?? PREFERRED_PORT);
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || options.port !== undefined) {
        throw new BerthError(
          'port-in-use',
          `Port ${options.port} for the window cannot be used: ${(error as Error).message}.`,
          {
            hint: 'Choose another with --ui-port, or leave it out.',
          },
        );
      }
      await listen(server, 0);
    }
    return new UiServer(server, options.folder, options.dispatcher);
  }

  /** A URL that logs one browser in, once, within ten minutes. */
  oneTimeUrl(): string {
    return `http://127.0.0.1:${this.#port}/auth?code=${this.#sessions.mintCode()}`;
  }

  get port(): number {
    return this.#port;
  }

  dispose(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLoopbackHost(request.headers.host)) {
      return send(response, 403, 'text/plain; charset=utf-8', 'This address is not served.\n');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(response, 405, 'text/plain; charset=utf-8', 'Only GET is served.\n', { allow: 'GET, HEAD' });
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/auth') return this.#logIn(url, response);
    if (!this.#sessions.isOpen(request.headers.cookie)) {
      return send(response, 401, 'text/html; charset=utf-8', page('Berth', closedPage));
    }
    return this.#file(url.pathname, response);
  }

  /** A page that goes on by itself, so that the strict cookie is sent even when the link came from another site. */
  #logIn(url: URL, response: ServerResponse): void {
    const cookie = this.#sessions.redeem(url.searchParams.get('code') ?? '');
    if (cookie === null) {
      send(response, 401, 'text/html; charset=utf-8', page('Berth', closedPage));
      return;
    }
    send(response, 200, 'text/html; charset=utf-8', page('Berth', '<p>Opening Berth…</p>', '/'), {
      'set-cookie': cookie,
    });
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const relative = relativePath(path);
    const file = join(this.#folder, relative ?? '');
    const inside = relative !== null && file.startsWith(this.#folder + sep);
    const content = inside ? await readFile(file).catch(() => null) : null;
    if (content === null) return send(response, 404, 'text/plain; charset=utf-8', 'Not found.\n');
    const cache = relative?.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-store';
    send(response, 200, mediaType(file), content, { 'cache-control': cache });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin, cookie } = request.headers;
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    const allowed =
      path === '/ws' && isLoopbackHost(host) && origin === `http://${host}` && this.#sessions.isOpen(cookie);
    if (!allowed) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#sockets.emit('connection', webSocket, request),
    );
  }
}

/** The path of a file below the window's folder, still unchecked; null when the address is not well-formed. */
function relativePath(path: string): string | null {
  try {
    return normalize(decodeURIComponent(path === '/' ? '/index.html' : path)).replace(/^[/\\]+/, '');
  } catch {
    return null;
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...windowHeaders,
    'cache-control': 'no-store',
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

const closedPage =
  '<h1>This browser is not logged in to Berth</h1><p>Links work once. Run <code>berth open</code> in a terminal for a new one.</p>';

function page(title: string, body: string, refreshTo?: string): string {
  const refresh = refreshTo ? `<meta http-equiv="refresh" content="0;url=${refreshTo}">` : '';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title>${refresh}<style>body{font:15px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}h1{font-size:1.2rem}</style></head><body>${body}</body></html>`;
}
