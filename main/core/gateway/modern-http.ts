import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BerthError } from '../../../contract/errors.ts';
import type { ClientSession, SessionHost } from './client-session.ts';
import { headerProblem, mirroredHeaders, statusOfAnswer } from './era.ts';
import { HttpRefusal } from './http-answers.ts';
import type { AcceptedForms } from './http-rules.ts';
import type { JsonRpcRequest } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { PostSink } from './post-sink.ts';

interface Exchange {
  /** It lasts as long as the request, and nobody learns of it. */
  readonly session: ClientSession;
  readonly sink: PostSink;
}

/**
 * The Streamable HTTP transport without sessions: one POST for each request, whose response is its own. A client that hangs up takes its
 * request back. https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 */
export class ModernHttp {
  readonly #limits: GatewayLimits;
  readonly #exchanges = new Map<string, Set<Exchange>>();

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  /** Throws a refusal when this client has too many requests open. */
  handle(
    { endpoint, client, forms }: { endpoint: SessionHost; client: string; forms: AcceptedForms },
    request: JsonRpcRequest,
    { headers }: IncomingMessage,
    response: ServerResponse,
  ): void {
    const sink = new PostSink(response, forms, this.#limits, () => ({}), statusOfAnswer);
    const problem = headerProblem(request, headers);
    if (problem) {
      sink.answer(problem.answer(request.id));
      return;
    }
    const open = this.#exchanges.get(client) ?? new Set();
    if (open.size >= this.#limits.maxInFlight) {
      throw new HttpRefusal(503, `${open.size} requests of this client wait for their answers.`, { id: request.id });
    }
    const session = endpoint.open({ client, push: () => {} });
    const exchange = { session, sink };
    this.#exchanges.set(client, open.add(exchange));
    const cancel = session.receive(request, sink, mirroredHeaders(headers));
    response.once('close', () => {
      open.delete(exchange);
      if (open.size === 0) this.#exchanges.delete(client);
      if (!response.writableFinished) cancel('the client closed the connection');
      session.close();
    });
  }

  signsOfLife(): void {
    for (const open of this.#exchanges.values()) for (const { sink } of open) sink.signOfLife();
  }

  /** Ends what this client has open; all clients without one. */
  end(cause: BerthError, client?: string): void {
    for (const name of client === undefined ? [...this.#exchanges.keys()] : [client]) {
      for (const { session } of [...(this.#exchanges.get(name) ?? [])]) session.close(cause);
    }
  }
}
