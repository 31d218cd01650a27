import type { Agent } from 'node:http';
import { BerthError } from '../../../contract/errors.ts';
import { Emitter } from '../emitter.ts';
import type { JsonRpcMessage } from './backend.ts';
import { HttpExchanger } from './http-exchange.ts';
import { relate } from './relation.ts';
import { isJsonRpcMessage, type McpTransport } from './transport.ts';

/** JSON-RPC's code for an error that is not the method's. */
const INTERNAL_ERROR = -32603;

/** What both HTTP transports share: events, the kept connections, and what is still on its way. */
export class HttpChannel {
  readonly #messages = new Emitter<JsonRpcMessage>();
  readonly #closes = new Emitter<BerthError>();
  readonly #abort = new AbortController();
  readonly #underway = new Set<Promise<void>>();

  readonly exchanger: HttpExchanger;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly onMessage = this.#messages.event;
  readonly onClose = this.#closes.event;
  closed: BerthError | null = null;

  /** `headers` are the plan's, and the only ones beside the protocol's own. `agent` ends with the channel. */
  constructor(url: URL, headers: Readonly<Record<string, string>>, agent: Agent) {
    this.url = url;
    this.exchanger = new HttpExchanger(agent);
    this.headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  }

  /** Aborts when the channel closes. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Hands on what the server sent as JSON, one message or a batch, as far as it is `wanted`. Anything else is dropped. `request`: the one
   * on whose stream it came.
   */
  receive(
    text: string,
    wanted: (message: JsonRpcMessage) => boolean = () => true,
    request: string | number | null = null,
  ): JsonRpcMessage[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [];
    }
    const messages = (Array.isArray(value) ? value : [value]).filter(isJsonRpcMessage).filter(wanted);
    for (const message of messages) {
      if (request !== null) relate(message, request);
      if (!this.closed) this.#messages.fire(message);
    }
    return messages;
  }

  /** Answers a request that the server did not, so that nobody waits for ever. The reason travels in `data.berth`. */
  fail(id: string | number, error: BerthError): void {
    if (this.closed) return;
    const info = error.toInfo();
    const text = info.hint ? `${info.message} ${info.hint}` : info.message;
    this.#messages.fire({ jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message: text, data: { berth: info } } });
  }

  /** Counts for `drained` until it settles. */
  track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underway.delete(tracked));
    this.#underway.add(tracked);
  }

  async drained(): Promise<void> {
    await Promise.allSettled(this.#underway);
  }

  close(reason: BerthError): void {
    if (this.closed) return;
    this.closed = reason;
    this.#closes.fire(reason);
    this.#abort.abort();
    this.exchanger.close();
  }
}

/** What the transports over a channel share towards who uses them. */
export abstract class ChannelTransport {
  protected readonly channel: HttpChannel;

  constructor(channel: HttpChannel) {
    this.channel = channel;
  }

  get onMessage(): McpTransport['onMessage'] {
    return this.channel.onMessage;
  }

  get onClose(): McpTransport['onClose'] {
    return this.channel.onClose;
  }

  get closed(): BerthError | null {
    return this.channel.closed;
  }
}

/** Why a request did not come through. */
export function brokenConnection(error: unknown): BerthError {
  if (error instanceof BerthError) return error;
  return new BerthError('unreachable', `The connection to the server broke: ${(error as Error).message}`);
}

/** What an HTTP status that refuses means. `body` is quoted when it is a short text. */
export function statusError(status: number, url: URL, body: string): BerthError {
  const said = body.trim().slice(0, 200);
  const detail = said === '' || said.startsWith('<') ? '' : `: ${said}`;
  if (status === 401 || status === 403) {
    return new BerthError('auth-failed', `${url.host} refused the credential (HTTP ${status})${detail}`, {
      hint: 'Check the headers that are configured for this server.',
    });
  }
  if (status >= 300 && status < 400) {
    return new BerthError(
      'invalid-config',
      `${url.href} is a redirect (HTTP ${status}), which Berth does not follow.`,
      {
        hint: 'Configure the URL that it leads to.',
      },
    );
  }
  if (status === 404 || status === 405) {
    return new BerthError('invalid-config', `${url.href} is not an MCP endpoint (HTTP ${status}).`, {
      hint: 'Check the path of the URL; most servers use /mcp.',
    });
  }
  const code = status >= 500 ? 'unreachable' : 'protocol';
  return new BerthError(code, `${url.host} answered HTTP ${status}${detail}`);
}
