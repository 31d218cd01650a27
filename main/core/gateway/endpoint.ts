import { BerthError } from '../../../contract/errors.ts';
import type { Backend, DedicatedBackend, DedicatedClient } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import type { Subscription } from '../emitter.ts';
import { CallerLimits } from './caller-limits.ts';
import type { ClientSessionOptions, SessionHost } from './client-session.ts';
import type { JsonRpcNotification } from './json-rpc.ts';
import type { GatewayLimits } from './limits.ts';
import { Link } from './link.ts';
import type { Listening } from './listening.ts';
import { listChanged, lists } from './lists.ts';
import { lowestLevel } from './log-level.ts';
import { ModernWay } from './modern-way.ts';
import type { Approver, GatewayEvents, GatewayTarget, GatewayTargets } from './ports.ts';
import { Session } from './session.ts';
import { ToolClaims } from './tool-claims.ts';

export interface Linked {
  readonly link: Link;
  readonly claims: ToolClaims;
}

/** How a session comes to a server: by the endpoint itself, which shares one, or by one that it has for itself. */
export interface Way {
  /** The server that answers calls now; null when none is up. */
  linkNow(): Link | null;
  /** The same; waits while it starts. Rejects with why there is none. */
  link(signal: AbortSignal): Promise<Link>;
  claims(link: Link): ToolClaims;
}

export interface EndpointOptions {
  readonly target: GatewayTarget;
  readonly targets: GatewayTargets;
  readonly events: GatewayEvents;
  readonly approver: Approver;
  readonly limits: GatewayLimits;
}

/**
 * All sessions of one slug and the backends behind it: one now, and during a context switch also the former one until its calls
 * have ended (D19). Sessions outlive backends; each new backend is brought to the state that the sessions had on the last one.
 */
export class Endpoint implements Disposable, SessionHost, Way {
  readonly slug: string;
  readonly limits: GatewayLimits;
  readonly events: GatewayEvents;
  readonly approver: Approver;
  /** Who calls how often, and how much at once. */
  readonly callers = new CallerLimits();
  readonly #targets: GatewayTargets;
  readonly #sessions = new Set<Session>();
  readonly #linked = new Map<Backend, Linked>();
  /** Links that sessions have for themselves, with the shared backend that each belongs to. */
  readonly #dedicated = new Map<Link, Backend>();
  readonly #listenings = new Set<Listening>();
  /** For clients that speak the protocol without sessions. */
  readonly modern: ModernWay;
  readonly #subscription: { dispose(): void };
  #known: Backend | null;

  constructor(options: EndpointOptions) {
    this.slug = options.target.slug;
    this.limits = options.limits;
    this.events = options.events;
    this.approver = options.approver;
    this.#targets = options.targets;
    this.modern = new ModernWay(this);
    this.#known = options.target.current();
    this.#subscription = options.target.onDidChangeBackend((backend) => this.#change(backend));
  }

  /** A session with one client. */
  open(options: ClientSessionOptions): Session {
    return new Session({ ...options, endpoint: this });
  }

  /** What stands behind the slug now. Throws `not-found` when the server was removed. */
  get target(): GatewayTarget {
    const target = this.#targets.get(this.slug);
    if (!target) throw new BerthError('not-found', `There is no server ${this.slug} in Berth any more.`);
    return target;
  }

  /** The running backend; null when none is up right now. */
  linkNow(): Link | null {
    const backend = this.#targets.get(this.slug)?.current();
    return backend && !backend.closed ? this.#link(backend).link : null;
  }

  /** The running backend; waits while the server starts. Rejects with why there is none. */
  async link(signal: AbortSignal): Promise<Link> {
    const now = this.linkNow();
    if (now) return now;
    return this.#link(await this.target.backend({ timeoutMs: this.limits.backendWaitMs, signal })).link;
  }

  claims(link: Link): ToolClaims {
    return this.#link(link.backend).claims;
  }

  /** Resolves when no call is in flight on this backend and those beside it, or when `limits.drainMs` is over. */
  async drain(backend: Backend): Promise<void> {
    const beside = [...this.#dedicated].flatMap(([link, shared]) => (shared === backend ? [link] : []));
    const links = [...beside, this.#linked.get(backend)?.link].filter((link) => link !== undefined);
    await Promise.all(links.map((link) => link.idle(this.limits.drainMs)));
  }

  /** A server for one session alone. When there are as many as may be, the one that has rested longest gives way. Rejects with why there is none. */
  async dedicate(client: DedicatedClient, signal: AbortSignal): Promise<DedicatedBackend> {
    await this.link(signal);
    try {
      return await this.target.dedicate(client, signal);
    } catch (error) {
      const rested = [...this.#sessions].flatMap((session) => {
        const ms = session.restedMs();
        return ms === null ? [] : [{ session, ms }];
      });
      const [longest] = rested.sort((one, other) => other.ms - one.ms);
      if (!(error instanceof BerthError) || error.code !== 'refused' || !longest) throw error;
      await longest.session.rest();
      return await this.target.dedicate(client, signal);
    }
  }

  /** A session has this link for itself, beside the shared backend, until the returned thing is disposed. */
  accompany(link: Link, shared: Backend): Subscription {
    this.#dedicated.set(link, shared);
    return { dispose: () => void this.#dedicated.delete(link) };
  }

  add(session: Session): void {
    this.#sessions.add(session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  /** The most talkative level that any session asked for: what the shared server is set to. */
  logLevel(): string | null {
    return lowestLevel(this.#sharing().map((session) => session.logLevel));
  }

  isSubscribed(uri: string): boolean {
    return this.#sharing().some((session) => session.subscriptions.has(uri));
  }

  /** Tells it of other tools, and of another server, until `hearsNoMore`. */
  hears(listening: Listening): void {
    this.#listenings.add(listening);
  }

  hearsNoMore(listening: Listening): void {
    this.#listenings.delete(listening);
  }

  toolsChanged(): void {
    for (const listening of this.#listenings) listening.toolsChanged();
    this.#broadcast(listChanged('tools'));
  }

  dispose(): void {
    this.#subscription.dispose();
    const cause = new BerthError('not-found', `The server ${this.slug} was removed from Berth.`);
    for (const session of [...this.#sessions]) session.close(cause);
    for (const listening of [...this.#listenings]) listening.abandon(cause);
    this.modern.dispose();
    for (const { link } of [...this.#linked.values()]) link.dispose();
  }

  /** The sessions that have no server for themselves. */
  #sharing(): Session[] {
    return [...this.#sessions].filter((session) => !session.isDedicated);
  }

  #link(backend: Backend): Linked {
    const known = this.#linked.get(backend);
    if (known) return known;
    const link = new Link({
      backend,
      onNotification: (notification) => this.#spread(backend, notification),
      onClose: () => this.#linked.delete(backend),
    });
    const linked = { link, claims: new ToolClaims(link) };
    this.#linked.set(backend, linked);
    return linked;
  }

  #change(backend: Backend | null): void {
    if (!backend || backend === this.#known || backend.closed) return;
    this.#known = backend;
    const { link } = this.#link(backend);
    this.#restore(link);
    for (const listening of [...this.#listenings]) listening.renew();
    const { capabilities } = backend.initializeResult;
    for (const list of lists) if (capabilities[list] !== undefined) this.#broadcast(listChanged(list));
  }

  /** What the sessions had set on the former backend. Its answers concern nobody. */
  #restore(link: Link): void {
    const level = this.logLevel();
    const uris = new Set(this.#sharing().flatMap((session) => [...session.subscriptions]));
    restore(link, { level, uris }, this.limits.backendWaitMs);
  }

  #spread(backend: Backend, notification: JsonRpcNotification): void {
    const linked = this.#linked.get(backend);
    if (notification.method === 'notifications/tools/list_changed') linked?.claims.forget();
    // A former backend's lists and resources are nobody's concern any more; what it logs belongs to the calls that end there.
    if (backend !== this.#known && notification.method !== 'notifications/message' && this.#known !== null) return;
    this.#broadcast(notification, (session) => !session.isDedicated && session.wants(notification));
  }

  #broadcast(notification: JsonRpcNotification, wants: (session: Session) => boolean = () => true): void {
    for (const session of [...this.#sessions]) if (wants(session)) session.push(notification);
  }
}

/** Brings a new server to what was set on the former one. Its answers concern nobody. */
export function restore(
  link: Link,
  { level, uris }: { level: string | null; uris: Iterable<string> },
  timeoutMs: number,
): void {
  const requests: [string, unknown][] = [...uris].map((uri) => ['resources/subscribe', { uri }]);
  if (level !== null) requests.push(['logging/setLevel', { level }]);
  for (const [method, params] of requests) link.ask(method, params, timeoutMs).catch(() => {});
}
