import { BerthError } from '../../../contract/errors.ts';
import { effectiveGuard, type GuardLevel, type GuardRules } from '../../../contract/model/guard.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { Sharing } from '../../../contract/model/sharing.ts';
import { DEFAULT_CALL_SECONDS } from '../../../contract/model/usage.ts';
import type { Backend } from '../backend/backend.ts';
import type { Subscription } from '../emitter.ts';
import type { CallLimits } from '../gateway/caller-limits.ts';
import type { GatewayTarget } from '../gateway/ports.ts';
import type { PresetDefinition } from '../presets/preset-schema.ts';
import { settlesWithin } from '../settles-within.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { ContextRegistry } from './context-registry.ts';
import type { DockedSettings } from './docked-settings.ts';
import type { ServerManager } from './server-manager.ts';
import { sharingOf } from './sharing-of.ts';

/** Berth's start takes a second or two; a client does not wait for one that hangs. In ms. */
const BEGIN_MS = 30_000;
const SWITCHED_OFF = 'the user has switched it off in Berth.';

/** The docked servers as targets of the gateway. Everything is looked up per question, since settings and contexts change. */
export class ServerTargets {
  readonly #parts: {
    docked: DockedSettings;
    manager: ServerManager;
    supervisor: Supervisor;
    contexts: ContextRegistry;
    /** Throws when there is no such preset. */
    preset: (id: string) => PresetDefinition;
    begun: Promise<void>;
  };

  /** They are asked for several times a call, and know no more than their slug. */
  readonly #targets = new Map<string, GatewayTarget>();

  constructor(parts: {
    docked: DockedSettings;
    manager: ServerManager;
    supervisor: Supervisor;
    contexts: ContextRegistry;
    /** Throws when there is no such preset. */
    preset: (id: string) => PresetDefinition;
    /** The servers that should run have been told to start. */
    begun: Promise<void>;
  }) {
    this.#parts = parts;
  }

  slugs(): string[] {
    return this.#parts.docked.slugs();
  }

  /** Fires for every server whose backend is up, was replaced, or has gone. */
  onDidChangeBackend(listener: (slug: string) => void): Subscription {
    return this.#parts.supervisor.onDidChangeBackend(({ slug }) => listener(slug));
  }

  get(slug: string): GatewayTarget | undefined {
    if (!this.#parts.docked.has(slug)) {
      this.#targets.delete(slug);
      return undefined;
    }
    const known = this.#targets.get(slug);
    if (known) return known;
    const target = this.#target(slug);
    this.#targets.set(slug, target);
    return target;
  }

  #target(slug: string): GatewayTarget {
    const { manager, supervisor } = this.#parts;
    return {
      slug,
      backend: (options) => this.#backend(slug, options),
      current: () => supervisor.current(slug),
      onDidChangeBackend: (listener) =>
        supervisor.onDidChangeBackend((change) => {
          if (change.slug === slug) listener(change.backend);
        }),
      guard: () => this.#guard(slug),
      context: () => manager.servingContext(slug),
      callLimits: () => callLimitsOf(this.#parts.docked.get(slug)),
      sharing: () => this.#sharing(slug),
      dedicate: (client, signal) => supervisor.dedicate(slug, client, signal),
      modern: async (signal) => {
        await this.#untilBegun(slug, { timeoutMs: BEGIN_MS, signal });
        return await supervisor.modern(slug, signal);
      },
    };
  }

  async #backend(slug: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Backend> {
    await this.#untilBegun(slug, options);
    if (!this.#parts.supervisor.get(slug)) {
      throw new BerthError('not-running', `The server ${slug} is stopped.`, {
        hint: `Start it in Berth or with \`berth start ${slug}\`.`,
      });
    }
    return this.#parts.supervisor.backend(slug, options);
  }

  /** A client may be faster than Berth's start, above all one whose bridge has started Berth: its server is not stopped, but to come. */
  async #untilBegun(slug: string, options: { timeoutMs: number; signal?: AbortSignal | undefined }): Promise<void> {
    const { begun, docked, supervisor } = this.#parts;
    if (supervisor.get(slug) || !docked.get(slug).run) return;
    await settlesWithin(options.timeoutMs, begun, options.signal);
  }

  #sharing(slug: string): Sharing {
    const server = this.#parts.docked.get(slug);
    return sharingOf(server, this.#parts.preset(server.preset));
  }

  /** What the preset says, what the program says of its own commands, and what the user has switched off. */
  #rules(server: ServerSettings, slug: string): GuardRules {
    const { tools, commandLines } = this.#parts.preset(server.preset).guardRules;
    const off = (server.toolsOff ?? []).map((tool) => [tool, { blocked: SWITCHED_OFF }] as const);
    return {
      tools: off.length === 0 ? tools : { ...tools, ...Object.fromEntries(off) },
      commandLines,
      commands: this.#parts.manager.servingCommands(slug),
    };
  }

  /** The stricter of the server's guard and the cap of the context that serves it, with the reason in words (D15). */
  #guard(slug: string): { level: GuardLevel; rules: GuardRules; why: string } {
    const server = this.#parts.docked.get(slug);
    const context = this.#parts.manager.servingContext(slug);
    const cap = this.#parts.contexts.cap(context);
    const level = effectiveGuard(server.guard, cap.level);
    const rules = this.#rules(server, slug);
    if (level === server.guard) return { level, rules, why: `the guard of ${slug} is ${level}` };
    const reason = cap.production ? 'is marked production' : 'has a cap';
    return { level, rules, why: `the context ${context} ${reason}, which allows no more than ${level}` };
  }
}

function callLimitsOf({ limits = {} }: ServerSettings): CallLimits {
  const { callsPerMinute = null, callsAtOnce = null, callSeconds = DEFAULT_CALL_SECONDS } = limits;
  return { perMinute: callsPerMinute, atOnce: callsAtOnce, silentMs: callSeconds * 1_000 };
}
