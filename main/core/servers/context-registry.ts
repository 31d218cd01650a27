import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import type { Context, ContextSettingsInput, Expiry } from '../../../contract/model/context.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import { looksLikeProduction } from '../../../contract/model/production.ts';
import type { ContextSettings } from '../../../contract/model/settings.ts';
import { Emitter } from '../emitter.ts';
import type { KubeContextInfo } from '../kube/context-info.ts';
import { qualifiedRef } from '../kube/context-refs.ts';
import type { KubeService } from '../kube/kube-service.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

/** What was seen when a cluster was last asked. */
export interface Reachability {
  readonly reachable: boolean;
  readonly error: ErrorInfo | null;
}

/** When contexts' credentials end. */
export interface ExpirySource {
  expiryOf(ref: string): Expiry | null;
}

/** Every context with what Berth knows beyond the kubeconfig: which one is active, what is production, what caps the guard, whether it answers. */
export class ContextRegistry {
  readonly #kube: KubeService;
  readonly #settings: SettingsStore;
  readonly #credentials: ExpirySource | null;
  readonly #seen = new Map<string, Reachability>();
  /** The context that was meant by a reference when it was last there. */
  readonly #meant = new Map<string, KubeContextInfo>();
  /** Since when it is not there, in ms. */
  readonly #goneSince = new Map<string, number>();
  /** What somebody was told is active while nothing was chosen. */
  #relied: string | null = null;
  readonly #changed = new Emitter<void>();

  readonly onDidChange = this.#changed.event;

  constructor(kube: KubeService, settings: SettingsStore, credentials: ExpirySource | null = null) {
    this.#kube = kube;
    this.#settings = settings;
    this.#credentials = credentials;
  }

  list(): Context[] {
    const active = this.active();
    return this.#kube.snapshot().contexts.map((info) => this.#view(info, active));
  }

  /** Throws `not-found`, with near names in the hint. */
  get(ref: string): Context {
    return this.#view(this.#kube.find(ref), this.active());
  }

  /**
   * The context that a reference in the settings means. The first time that is whatever is called so; from then on, in this Berth, it
   * is that context, also when a namesake makes it be called otherwise (D34) or it moves to another file. Throws `not-found` for one that
   * was never there, `context-gone` for one that has disappeared: a namesake on another cluster does not take its place unasked.
   */
  resolve(ref: string): KubeContextInfo {
    const before = this.#meant.get(ref);
    const names = before === undefined ? [ref] : [qualifiedRef(before.name, before.source), ref, before.name];
    const now = names.reduce<KubeContextInfo | null>((found, name) => found ?? this.#known(name), null);
    const same = now !== null && (before === undefined || isSame(before, now));
    if (same) {
      this.#meant.set(ref, now);
      this.#goneSince.delete(ref);
      return now;
    }
    if (before === undefined) return this.#kube.find(ref);
    const since = this.#goneSince.get(ref) ?? Date.now();
    this.#goneSince.set(ref, since);
    throw contextGone(before, new Date(since), now);
  }

  /** How the context that this reference means is called now; the reference itself while it is not there. */
  nameNow(ref: string): string {
    try {
      return this.resolve(ref).ref;
    } catch {
      return ref;
    }
  }

  /** Takes the reference as the user means it from now on: the context that is called so at this moment. Throws `not-found`. */
  choose(ref: string): string {
    const found = this.#kube.find(ref);
    for (const name of [ref, found.ref]) {
      this.#meant.delete(name);
      this.#goneSince.delete(name);
    }
    return this.resolve(found.ref).ref;
  }

  /**
   * The context that was chosen; as long as none was: kubectl's current one, the only one there is, or the first of the demo. Once
   * something relies on that (`requireActive`), it stays: a server must not change its cluster because kubectl did, nor because its
   * context has disappeared.
   */
  active(): string | null {
    const chosen = this.#settings.settings.activeContext ?? this.#relied;
    if (chosen !== null) return this.nameNow(chosen);
    const { contexts } = this.#kube.snapshot();
    const obvious = contexts.length === 1 || contexts.every((info) => info.demo);
    const fallback = contexts.find((info) => info.current) ?? (obvious ? contexts[0] : undefined);
    return fallback?.ref ?? null;
  }

  /** The active context, or an error that says what to do when there is none or it is gone. */
  requireActive(): string {
    const ref = this.active();
    if (ref === null) {
      throw new BerthError('not-found', 'No context is active.', {
        hint: 'Choose one in the context switcher or with `berth use CONTEXT`.',
      });
    }
    const found = this.resolve(this.#settings.settings.activeContext ?? this.#relied ?? ref).ref;
    this.#relied = found;
    return found;
  }

  async activate(ref: string): Promise<void> {
    const chosen = this.choose(ref);
    await this.#settings.update((draft) => {
      draft.activeContext = chosen;
    });
  }

  /** The strictest guard that the context allows (D15); `full` for servers without a cluster. */
  cap(ref: string | null): { level: GuardLevel; production: boolean } {
    if (ref === null) return { level: 'full', production: false };
    // What has disappeared keeps its cap for as long as something still serves it.
    const info = this.#known(this.nameNow(ref)) ?? this.#meant.get(ref) ?? null;
    return capOf(info?.name ?? ref, info ? this.#own(info) : this.#settings.settings.contexts[ref]);
  }

  reachability(ref: string | null): Reachability | null {
    return ref === null ? null : (this.#seen.get(ref) ?? null);
  }

  setReachability(ref: string, seen: Reachability): void {
    const known = this.#seen.get(ref);
    if (known?.reachable === seen.reachable && known.error?.message === seen.error?.message) return;
    this.#seen.set(ref, seen);
    this.#changed.fire();
  }

  async set(ref: string, changes: ContextSettingsInput): Promise<Context> {
    const known = this.#kube.find(ref);
    await this.#settings.update((draft) => {
      const full = qualifiedRef(known.name, known.source);
      draft.contexts[Object.hasOwn(draft.contexts, full) ? full : known.ref] = merged(this.#own(known), changes);
    });
    this.#changed.fire();
    return this.get(known.ref);
  }

  /** The context of that ref, as it is called now; null when it is gone or the ref is not clear any more. */
  #known(ref: string): KubeContextInfo | null {
    try {
      return this.#kube.find(ref);
    } catch {
      return null;
    }
  }

  /**
   * The user's settings of a context. How it is called (D2) changes when another kubeconfig brings a namesake or loses one: what
   * was set under its other forms holds on, so that none loses its cap on the way.
   */
  #own(info: KubeContextInfo): ContextSettings | undefined {
    const all = this.#settings.settings.contexts;
    const full = qualifiedRef(info.name, info.source);
    return Object.hasOwn(all, full) ? all[full] : Object.hasOwn(all, info.name) ? all[info.name] : undefined;
  }

  #view(info: KubeContextInfo, active: string | null): Context {
    const own = this.#own(info);
    const cap = capOf(info.name, own);
    const seen = this.#seen.get(info.ref);
    const expiry = this.#credentials?.expiryOf(info.ref) ?? null;
    return {
      ...info,
      expiresAt: expiry?.at ?? info.expiresAt,
      expiry,
      active: info.ref === active,
      production: cap.production,
      productionGuessed: cap.production && own?.production === undefined,
      cap: cap.level,
      label: own?.label ?? null,
      colour: own?.colour ?? null,
      reachable: seen?.reachable ?? null,
      error: info.error ?? seen?.error ?? null,
    };
  }
}

/** A production context caps at read-only unless the user set another cap. */
function capOf(name: string, own: ContextSettings | undefined): { level: GuardLevel; production: boolean } {
  const production = own?.production ?? looksLikeProduction(name);
  return { production, level: own?.cap ?? (production ? 'read-only' : 'full') };
}

function merged(own: ContextSettings | undefined, changes: ContextSettingsInput): ContextSettings {
  const next: ContextSettings = { ...own };
  if (changes.label === null) delete next.label;
  else if (changes.label !== undefined) next.label = changes.label;
  if (changes.colour === null) delete next.colour;
  else if (changes.colour !== undefined) next.colour = changes.colour;
  if (changes.production === null) delete next.production;
  else if (changes.production !== undefined) next.production = changes.production;
  if (changes.cap === null) delete next.cap;
  else if (changes.cap !== undefined) next.cap = changes.cap;
  return next;
}

/** One and the same context: it stands where it stood, or has moved to another file and still leads to the same API server. */
function isSame(before: KubeContextInfo, now: KubeContextInfo): boolean {
  return before.name === now.name && (before.source === now.source || before.apiServer === now.apiServer);
}

function contextGone(before: KubeContextInfo, since: Date, namesake: KubeContextInfo | null): BerthError {
  const { ref, name, source } = before;
  const where = source === 'demo' ? 'of the demo clusters' : `from ${source}`;
  const what = `The context "${name}" ${where} is not there since ${localTime(since)}.`;
  return new BerthError(
    'context-gone',
    namesake ? `${what} One of that name in ${namesake.source} leads to another cluster.` : what,
    {
      hint: namesake
        ? `If that is the one you mean now, choose it again: \`berth use '${namesake.ref}'\`, or --context for servers that are bound to it.`
        : 'Servers that work on it start again by themselves when it is back. Otherwise choose another context for them.',
      details: { context: ref, name, source, since: since.toISOString() },
    },
  );
}

function localTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
