import { BerthError } from '../../../contract/errors.ts';
import type { Backend, DedicatedBackend } from '../backend/backend.ts';
import { ownMeta } from '../backend/modern-protocol.ts';
import type { Disposable } from '../dispose.ts';
import { BesideWay } from './beside-way.ts';
import type { Endpoint, Way } from './endpoint.ts';
import { onlyWithSessions } from './era.ts';
import type { Link } from './link.ts';
import type { ToolClaims } from './tool-claims.ts';

/** What tells that a server does not speak the protocol, also by ending when it is spoken to in it. */
const verdicts: readonly string[] = [
  'unsupported',
  'start-failed',
  'protocol',
  'timed-out',
  'invalid-config',
  'auth-failed',
];

/** How often a server that is replaced while it is asked is followed. */
const MAX_ATTEMPTS = 5;

/**
 * The server as clients reach it that speak the protocol without sessions: one for all of them, since every request says who asks. A
 * server that does not speak it is asked once per start.
 */
export class ModernWay implements Way, Disposable {
  readonly #endpoint: Endpoint;
  readonly #beside: BesideWay;
  readonly #meta = ownMeta({ name: 'berth', version: '' });
  #refusedBy: Backend | null = null;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#beside = new BesideWay({
      endpoint,
      open: (signal) => this.#open(signal),
      linkOptions: () => ({ onNotification: () => {}, ownMeta: this.#meta }),
      onOpened: (link) => this.#watchTools(link),
    });
  }

  linkNow(): Link | null {
    return this.#beside.linkNow();
  }

  /** Rejects with an EraError when the server speaks only versions with sessions. */
  link(signal: AbortSignal): Promise<Link> {
    return this.#beside.link(signal);
  }

  claims(link: Link): ToolClaims {
    return this.#beside.claims(link);
  }

  dispose(): void {
    this.#beside.dispose();
  }

  async #open(signal: AbortSignal): Promise<DedicatedBackend> {
    const { slug } = this.#endpoint;
    for (let attempt = 1; ; attempt += 1) {
      const shared = (await this.#endpoint.link(signal)).backend;
      if (shared === this.#refusedBy) throw onlyWithSessions(slug);
      try {
        return await this.#endpoint.target.modern(signal);
      } catch (error) {
        // It ended or was replaced meanwhile, which says nothing about what it speaks.
        const { code } = error instanceof BerthError ? error : { code: '' };
        if (shared.closed || code === 'cancelled' || this.#endpoint.linkNow()?.backend !== shared) {
          if (attempt < MAX_ATTEMPTS && !signal.aborted) continue;
          throw error;
        }
        if (!verdicts.includes(code)) throw error;
        this.#refusedBy = shared;
        throw onlyWithSessions(slug);
      }
    }
  }

  /** The guard must hear of other tools, whether a client listens or not. */
  #watchTools(link: Link): void {
    const params = { notifications: { toolsListChanged: true }, _meta: this.#meta };
    link.request('subscriptions/listen', params, {
      isLasting: true,
      onAnswer: () => {},
      onProgress: () => {},
      onRelated: ({ method }) => {
        if (method === 'notifications/tools/list_changed') this.claims(link).forget();
      },
      onLost: () => {},
    });
  }
}
