import { BerthError } from '../../../contract/errors.ts';
import type { InitializeParams, InitializeResult } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { untilAborted } from '../until-aborted.ts';
import type { Endpoint, Linked, Way } from './endpoint.ts';
import type { JsonRpcNotification } from './json-rpc.ts';
import { Link, type ServerAsks } from './link.ts';
import type { DedicatedBackend } from './ports.ts';
import { ToolClaims } from './tool-claims.ts';

export interface DedicatedWayOptions {
  readonly endpoint: Endpoint;
  /** The client's id or its token's name. */
  readonly client: string;
  readonly params: InitializeParams;
  readonly onNotification: (notification: JsonRpcNotification) => void;
  /** What the server asks its client, and takes back. */
  readonly asksOf: (link: Link) => ServerAsks;
  /** Another server has taken the place of the one before. */
  readonly onRenewed: (link: Link) => void;
  /** This one is gone. */
  readonly onLost: (link: Link) => void;
}

interface Opened extends Linked {
  readonly dedicated: DedicatedBackend;
}

/**
 * A server that one session has for itself (D21), opened when it is first needed, and again after it has ended or the shared one beside
 * it was replaced: then calls go to the new one, while those in flight end where they began (D19).
 */
export class DedicatedWay implements Way, Disposable {
  readonly #options: DedicatedWayOptions;
  readonly #abort = new AbortController();
  #opened: Opened | null = null;
  #opening: Promise<Link> | null = null;
  #times = 0;

  constructor(options: DedicatedWayOptions) {
    this.#options = options;
  }

  /** What the server has answered to the client's `initialize`; opens it. Rejects with why there is none. */
  async initialized(signal: AbortSignal): Promise<InitializeResult> {
    return (await this.link(signal)).backend.initializeResult;
  }

  linkNow(): Link | null {
    const opened = this.#opened;
    if (!opened || opened.link.backend.closed) return null;
    return this.#options.endpoint.linkNow()?.backend === opened.dedicated.shared ? opened.link : null;
  }

  async link(signal: AbortSignal): Promise<Link> {
    const now = this.linkNow();
    if (now) return now;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    const link = await Promise.race([this.#opening, untilAborted(signal)]);
    if (!link) throw new BerthError('cancelled', 'The call was cancelled.');
    return link;
  }

  claims(link: Link): ToolClaims {
    return this.#opened?.link === link ? this.#opened.claims : new ToolClaims(link);
  }

  /** Ends the server until it is needed again. */
  rest(): void {
    const opened = this.#opened;
    this.#opened = null;
    void opened?.dedicated.close();
  }

  /** The session has ended: so does its server. */
  dispose(): void {
    this.#abort.abort();
    this.rest();
  }

  async #open(): Promise<Link> {
    const { endpoint, client, params, onNotification, asksOf, onRenewed, onLost } = this.#options;
    const { signal } = this.#abort;
    await endpoint.link(signal);
    const dedicated = await endpoint.target.dedicate({ name: client, params }, signal);
    if (signal.aborted) {
      void dedicated.close();
      throw new BerthError('cancelled', 'The session has ended.');
    }
    const link: Link = new Link({
      backend: dedicated.backend,
      onNotification: (notification) => {
        if (notification.method === 'notifications/tools/list_changed') opened.claims.forget();
        onNotification(notification);
      },
      asks: {
        onRequest: (request) => asks.onRequest(request),
        onWithdrawn: (id, withdrawn) => asks.onWithdrawn(id, withdrawn),
      },
      onClose: () => {
        accompanied.dispose();
        onLost(link);
      },
    });
    const asks = asksOf(link);
    const accompanied = endpoint.accompany(link, dedicated.shared);
    const opened: Opened = { link, claims: new ToolClaims(link), dedicated };
    this.#opened = opened;
    if (this.#times++ > 0) onRenewed(link);
    return link;
  }
}
