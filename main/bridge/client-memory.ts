import type { Envelope } from './message.ts';

/** Ids of the bridge's own requests begin so; no client's do. */
const OWN = 'berth-bridge:';

/**
 * What the client has told the server that a new session must be told again: who it is, that it is ready, its log level and its
 * subscriptions.
 */
export class ClientMemory {
  #initialize: string | null = null;
  #initialized: string | null = null;
  #logLevel: unknown;
  readonly #uris = new Set<unknown>();
  #next = 1;

  see({ method, params }: Envelope, line: string): void {
    switch (method) {
      case 'initialize':
        this.#initialize = line;
        this.#initialized = null;
        break;
      case 'notifications/initialized':
        this.#initialized = line;
        break;
      case 'logging/setLevel':
        this.#logLevel = params['level'];
        break;
      case 'resources/subscribe':
        this.#uris.add(params['uri']);
        break;
      case 'resources/unsubscribe':
        this.#uris.delete(params['uri']);
        break;
    }
  }

  /** The client's `initialize` under an id of the bridge's own; null when the client has not sent it. */
  greeting(): string | null {
    if (this.#initialize === null) return null;
    return JSON.stringify({ ...(JSON.parse(this.#initialize) as object), id: this.#ownId() });
  }

  /** What is to be said once the new session is open. */
  rest(): string[] {
    const request = (method: string, params: object) =>
      JSON.stringify({ jsonrpc: '2.0', id: this.#ownId(), method, params });
    return [
      ...(this.#initialized === null ? [] : [this.#initialized]),
      ...(this.#logLevel === undefined ? [] : [request('logging/setLevel', { level: this.#logLevel })]),
      ...[...this.#uris].map((uri) => request('resources/subscribe', { uri })),
    ];
  }

  #ownId(): string {
    return `${OWN}${this.#next++}`;
  }
}

/** Whether an answer is to one of the bridge's own requests, which the client knows nothing of. */
export function isOwnId(id: unknown): boolean {
  return typeof id === 'string' && id.startsWith(OWN);
}
