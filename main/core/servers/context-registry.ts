import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import { type Context, type ContextSettingsInput, looksLikeProduction } from '../../../contract/model/context.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
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

/** Every context with what Berth knows beyond the kubeconfig: which one is active, what is production, what caps the guard, whether it answers. */
export class ContextRegistry {
  readonly #kube: KubeService;
  readonly #settings: SettingsStore;
  readonly #seen = new Map<string, Reachability>();
  /** What somebody was told is active while nothing was chosen. */
  #relied: string | null = null;
  readonly #changed = new Emitter<void>();

  readonly onDidChange = this.#changed.event;

  constructor(kube: KubeService, settings: SettingsStore) {
    this.#kube = kube;
    this.#settings = settings;
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
   * The context that was chosen; as long as none was: kubectl's current one, the only one there is, or the first of the demo. Once
   * something relies on that (`requireActive`), it stays: a server must not change its cluster because kubectl did.
   */
  active(): string | null {
    const chosen = this.#settings.settings.activeContext;
    if (chosen !== undefined) return chosen;
    const { contexts } = this.#kube.snapshot();
    if (contexts.some((info) => info.ref === this.#relied)) return this.#relied;
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
    const found = this.#kube.find(ref).ref;
    this.#relied = found;
    return found;
  }

  async activate(ref: string): Promise<void> {
    await this.#settings.update((draft) => {
      draft.activeContext = ref;
    });
  }

  /** The strictest guard that the context allows (D15); `full` for servers without a cluster. */
  cap(ref: string | null): { level: GuardLevel; production: boolean } {
    if (ref === null) return { level: 'full', production: false };
    const info = this.#known(ref);
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
    return {
      ...info,
      active: info.ref === active,
      production: cap.production,
      productionGuessed: cap.production && own?.production === undefined,
      cap: cap.level,
      label: own?.label ?? null,
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
  if (changes.production === null) delete next.production;
  else if (changes.production !== undefined) next.production = changes.production;
  if (changes.cap === null) delete next.cap;
  else if (changes.cap !== undefined) next.cap = changes.cap;
  return next;
}
