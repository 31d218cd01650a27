import {
  type Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { BerthError } from '../../../contract/errors.ts';
import { certificateError, noteCertificate, type ShownCertificate } from './certificate-error.ts';
import type { SseParser } from './sse-parser.ts';

export interface HttpExchange {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Doing it twice does no harm. */
  readonly repeatable: boolean;
  /** How long until the answer begins, in ms; absent = as long as it takes. */
  readonly timeoutMs?: number;
  /** Breaks it off, its body too. */
  readonly signal?: AbortSignal;
}

/**
 * Sends requests to one server over connections that are kept. Redirects are not followed: they could carry the server's
 * headers to somebody else.
 */
export class HttpExchanger {
  readonly #agent: Agent;
  // Not an AbortSignal: of a request that was answered already, Node reports the abort where nobody listens.
  readonly #underway = new Set<ClientRequest>();
  readonly #targets = new WeakMap<URL, RequestOptions>();
  #closed = false;

  /** `agent` is for the server's scheme, and ends with the exchanger. */
  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /**
   * Resolves when the answer begins; its body is the caller's to read. Rejects with `unreachable`, `untrusted`, `timed-out`, `cancelled`, or
   * what the proxy said.
   */
  async send(exchange: HttpExchange): Promise<IncomingMessage> {
    try {
      return await this.#send(exchange);
    } catch (error) {
      // Most probably the server closed a kept connection at the moment when it was used again; but it may also have died of the request.
      if (error instanceof BrokenReuse && exchange.repeatable) return this.#send(exchange);
      throw error instanceof BrokenReuse ? error.reason : error;
    }
  }

  /** Breaks off whatever is under way, bodies too, and closes the kept connections. */
  close(): void {
    this.#closed = true;
    for (const request of this.#underway) request.destroy();
    this.#agent.destroy();
  }

  /** Most requests go to one URL, and taking it apart costs as much as what is sent. */
  #targetOf(url: URL): RequestOptions {
    const known = this.#targets.get(url);
    if (known) return known;
    const { protocol, hostname, port, path, auth } = urlToHttpOptions(url);
    const target = { protocol, hostname, port, path, auth, agent: this.#agent };
    this.#targets.set(url, target);
    return target;
  }

  #send({ method, url, headers, body, timeoutMs, signal }: HttpExchange): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const options = {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
    };
    if (this.#closed) return Promise.reject(connectionClosed());
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)({ ...this.#targetOf(url), ...options });
      let shown: ShownCertificate | null = null;
      if (secure) {
        noteCertificate(request, (certificate) => {
          shown = certificate;
        });
      }
      this.#underway.add(request);
      const abort = () => request.destroy(connectionClosed());
      signal?.addEventListener('abort', abort, { once: true });
      request.once('close', () => {
        this.#underway.delete(request);
        signal?.removeEventListener('abort', abort);
      });
      const timer =
        timeoutMs === undefined
          ? null
          : setTimeout(() => {
              reject(new BerthError('timed-out', `${url.host} did not answer within ${timeoutMs / 1_000} s.`));
              request.destroy();
            }, timeoutMs);
      request.once('response', (response) => {
        if (timer) clearTimeout(timer);
        resolve(response);
      });
      // Stays: breaking off while the body is read is reported here as well.
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (timer) clearTimeout(timer);
        reject(this.#closed ? connectionClosed(error) : exchangeError(error, url, request.reusedSocket, shown));
      });
      request.end(body);
    });
  }
}

function connectionClosed(cause?: unknown): BerthError {
  return new BerthError('cancelled', 'The connection was closed.', { cause });
}

function exchangeError(error: NodeJS.ErrnoException, url: URL, reused: boolean, shown: ShownCertificate | null): Error {
  if (error instanceof BerthError) return error;
  const untrusted = certificateError(error, url, shown);
  if (untrusted) return untrusted;
  const reason = new BerthError('unreachable', `${url.host} cannot be reached: ${error.message}`, { cause: error });
  return reused && (error.code === 'ECONNRESET' || error.code === 'EPIPE') ? new BrokenReuse(reason) : reason;
}

/** A kept connection broke when it was used again. */
class BrokenReuse extends Error {
  readonly reason: BerthError;

  constructor(reason: BerthError) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Reads a whole body of bounded size. Rejects with `too-large` or `unreachable`. By events: an iterator for each answer costs more than the answer. */
export function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: BerthError) => {
      response.destroy();
      reject(error);
    };
    const broken = (cause?: unknown) =>
      fail(new BerthError('unreachable', 'The server broke off in the middle of an answer.', { cause }));
    const closed = () => broken();
    if (response.destroyed) return closed();
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else fail(new BerthError('too-large', `The server's answer is larger than ${maxBytes} bytes.`));
    });
    response.once('end', () => {
      response.off('close', closed);
      resolve(Buffer.concat(chunks, bytes).toString('utf8'));
    });
    // Stays: an error that comes later is told to nobody, and would end Berth were it unheard.
    response.on('error', broken);
    response.once('close', closed);
  });
}

/** Hands an event stream to the parser until it ends or breaks off. Rejects with `too-large` for an event of more than `maxBytes`. */
export async function readEvents(response: IncomingMessage, parser: SseParser, maxBytes: number): Promise<void> {
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) parser.push(chunk);
  } catch (error) {
    response.destroy();
    if (error instanceof RangeError) {
      throw new BerthError('too-large', `The server sent a message of more than ${maxBytes} bytes.`);
    }
    // What a broken connection means is for who reads to say: some streams can be taken up again.
  }
}

/** The media type without parameters, in lower case. */
export function mediaType(response: IncomingMessage): string {
  return (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
