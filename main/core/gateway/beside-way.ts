import { BerthError } from '../../../contract/errors.ts';
import type { DedicatedBackend } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { untilAborted } from '../until-aborted.ts';
import type { Endpoint, Linked, Way } from './endpoint.ts';
import { Link, type LinkOptions } from './link.ts';
import { ToolClaims } from './tool-claims.ts';

export interface BesideWayOptions {
  readonly endpoint: Endpoint;
  /** Opens the server beside the shared one; waits while that starts. */
  readonly open: (signal: AbortSignal) => Promise<DedicatedBackend>;
  readonly linkOptions: (link: () => Link) => Omit<LinkOptions, 'backend' | 'onClose'>;
  readonly onOpened?: (link: Link) => void;
  /** Another server has taken the place of the one before. */
  readonly onRenewed?: (link: Link) => void;
  /** This one is gone. */
  readonly onLost?: (link: Link) => void;
}

interface Opened extends Linked {
  readonly dedicated: DedicatedBackend;
}

/**
 * A server beside the one that sessions share: for one session alone (D21), or for clients that speak the protocol without sessions. It is
 * opened when it is first needed, and again after it has ended or the shared one was replaced: then calls go to the new one, while those
 * in flight end where they began (D19).
 */
export class BesideWay implements Way, Disposable {
  readonly #options: BesideWayOptions;
  readonly #abort = new AbortController();
  #opened: Opened | null = null;
  #opening: Promise<Link> | null = null;
  #wasOpen = false;

  constructor(options: BesideWayOptions) {
    this.#options = options;
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

  get isOpen(): boolean {
    return this.#opened !== null;
  }

  /** Ends the server until it is needed again; resolves when it is gone. */
  async rest(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.dedicated.close();
  }

  /** The session has ended: so does its server. */
  dispose(): void {
    this.#abort.abort();
    void this.rest();
  }

  async #open(): Promise<Link> {
    const { endpoint, open, linkOptions, onOpened, onRenewed, onLost } = this.#options;
    const { signal } = this.#abort;
    const dedicated = await open(signal);
    if (signal.aborted) {
      void dedicated.close();
      throw new BerthError('cancelled', 'The session has ended.');
    }
    const options = linkOptions(() => link);
    const link: Link = new Link({
      ...options,
      backend: dedicated.backend,
      onNotification: (notification) => {
        if (notification.method === 'notifications/tools/list_changed') opened.claims.forget();
        options.onNotification(notification);
      },
      onClose: () => {
        accompanied.dispose();
        onLost?.(link);
      },
    });
    const accompanied = endpoint.accompany(link, dedicated.shared);
    const opened: Opened = { link, claims: new ToolClaims(link), dedicated };
    this.#opened = opened;
    onOpened?.(link);
    if (this.#wasOpen) onRenewed?.(link);
    this.#wasOpen = true;
    return link;
  }
}
