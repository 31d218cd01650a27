import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BerthError } from '../../../contract/errors.ts';
import type { SessionHost } from './client-session.ts';
import { Endpoint } from './endpoint.ts';
import { headerProblem, mirroredHeaders, onlyWithSessions, statusOfAnswer } from './era.ts';
import { HttpRefusal } from './http-answers.ts';
import type { AcceptedForms } from './http-rules.ts';
import type { JsonRpcRequest } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { ModernRequests } from './modern-requests.ts';
import { PostSink } from './post-sink.ts';

interface Exchange {
  readonly client: string;
  readonly requests: ModernRequests;
  readonly sink: PostSink;
}

/**
 * The Streamable HTTP transport without sessions: one POST for each request, whose response is its own. A client that hangs up takes its
 * request back. https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 */
export class ModernHttp {
  readonly #limits: GatewayLimits;
  readonly #exchanges = new Set<Exchange>();

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
    // All servers as one have sessions only: some of them do.
    if (!(endpoint instanceof Endpoint)) {
      sink.answer(onlyWithSessions(endpoint.slug).answer(request.id));
      return;
    }
    const open = [...this.#exchanges].filter((exchange) => exchange.client === client).length;
    if (open >= this.#limits.maxInFlight) {
      throw new HttpRefusal(503, `${open} requests of this client wait for their answers.`, { id: request.id });
    }
    const requests = new ModernRequests({ endpoint, client });
    const exchange = { client, requests, sink };
    this.#exchanges.add(exchange);
    const cancel = requests.receive(request, sink, mirroredHeaders(headers));
    response.once('close', () => {
      this.#exchanges.delete(exchange);
      if (!response.writableFinished) cancel('the client closed the connection');
    });
  }

  signsOfLife(): void {
    for (const { sink } of this.#exchanges) sink.signOfLife();
  }

  /** Ends what this client has open; all clients without one. */
  end(cause: BerthError, client?: string): void {
    for (const exchange of [...this.#exchanges]) {
      if (client === undefined || exchange.client === client) exchange.requests.close(cause);
    }
  }
}
