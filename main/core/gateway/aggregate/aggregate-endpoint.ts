import { ALL, type AllMode } from '../../../../contract/model/all.ts';
import type { Disposable } from '../../dispose.ts';
import type { ClientSessionOptions, SessionHost } from '../client-session.ts';
import { shuttingDown } from '../client-session.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayEvents, GatewayTargets } from '../ports.ts';
import { AggregateSession } from './aggregate-session.ts';

export interface AggregateEndpointOptions {
  /** A server's own endpoint; undefined when there is no such server. */
  readonly host: (slug: string) => SessionHost | undefined;
  readonly targets: GatewayTargets;
  readonly events: GatewayEvents;
  readonly limits: GatewayLimits;
  /** Of Berth. */
  readonly version: string;
  /** What is shown to clients that do not say what they want. */
  readonly mode: () => AllMode;
}

/** All servers under one slug: the sessions with them, and who tells these that a server has come or gone. */
export class AggregateEndpoint implements Disposable {
  readonly #options: AggregateEndpointOptions;
  /** With the mode that each has chosen. */
  readonly #sessions = new Map<AggregateSession, AllMode | null>();
  readonly #subscription: { dispose(): void };
  #mode: AllMode;

  constructor(options: AggregateEndpointOptions) {
    this.#options = options;
    this.#mode = options.mode();
    this.#subscription = options.targets.onDidChangeBackend((slug) => {
      for (const session of [...this.#sessions.keys()]) session.serverChanged(slug);
    });
  }

  /** Where sessions of this mode are opened; null = as the user has set it. */
  in(mode: AllMode | null): SessionHost {
    return { slug: ALL, limits: this.#options.limits, open: (options) => this.#open(options, mode) };
  }

  /** The user may have chosen another mode: tells those who did not choose for themselves. */
  followMode(): void {
    const mode = this.#options.mode();
    if (mode === this.#mode) return;
    this.#mode = mode;
    for (const [session, chosen] of [...this.#sessions]) if (chosen === null) session.modeChanged();
  }

  dispose(): void {
    this.#subscription.dispose();
    const cause = shuttingDown();
    for (const session of [...this.#sessions.keys()]) session.close(cause);
  }

  #open(options: ClientSessionOptions, chosen: AllMode | null): AggregateSession {
    const { host, targets, events, limits, version, mode } = this.#options;
    const session = new AggregateSession({
      ...options,
      hosts: {
        get: host,
        slugs: () => targets.slugs(),
        isUp: (slug) => (targets.get(slug)?.current() ?? null) !== null,
      },
      targets,
      events,
      limits,
      version,
      mode: () => chosen ?? mode(),
      onEnd: (ended) => this.#sessions.delete(ended),
    });
    this.#sessions.set(session, chosen);
    return session;
  }
}
