import { BerthError } from '../../../contract/errors.ts';
import type { UpdateServer } from '../../../contract/model/server.ts';
import { type ServerSettings, serverSettingsSchema } from '../../../contract/model/settings.ts';
import { type Limits, type LimitsPatch, limitsSchema } from '../../../contract/model/usage.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

/**
 * The docked servers as `config.yaml` has them. It knows which settings have been acted upon, so that edits by somebody else are
 * told from Berth's own.
 */
export class DockedSettings {
  readonly #settings: SettingsStore;
  readonly #done = new Map<string, string>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  has(slug: string): boolean {
    return this.find(slug) !== null;
  }

  find(slug: string): ServerSettings | null {
    return own(this.#settings.settings.servers, slug);
  }

  /** Rejects with `not-found`. */
  get(slug: string): ServerSettings {
    return docked(slug, this.find(slug));
  }

  /** In the order of their names. */
  slugs(): string[] {
    return Object.keys(this.#settings.settings.servers).sort();
  }

  /**
   * Changes one server from what its settings are at that moment, so that no change that was made meanwhile is lost; null undocks
   * it. What `change` throws is passed on, and nothing is written. Changes take effect in the order in which they were asked for.
   * Answers what the settings were.
   */
  async save(
    slug: string,
    change: (before: ServerSettings | null) => ServerSettings | null,
  ): Promise<ServerSettings | null> {
    let former: ServerSettings | null = null;
    await this.#settings.update((draft) => {
      former = structuredClone(own(draft.servers, slug));
      const after = change(own(draft.servers, slug));
      if (after === null) delete draft.servers[slug];
      else draft.servers[slug] = after;
      this.#done.set(slug, fingerprint(after));
    });
    return former;
  }

  /** Puts a server's settings back to what they were, unless somebody has changed them since they had this fingerprint. */
  async restore(slug: string, since: string, former: ServerSettings | null): Promise<void> {
    await this.save(slug, (now) => (fingerprint(now) === since ? former : now));
  }

  /** Takes everything as it is now as acted upon. */
  acceptAll(): void {
    for (const slug of this.slugs()) this.#done.set(slug, this.fingerprint(slug));
  }

  /** The servers that somebody else has edited, docked or undocked since the last time; they count as acted upon from now on. */
  takeEdited(): string[] {
    return [...new Set([...this.#done.keys(), ...this.slugs()])].filter((slug) => {
      const now = this.fingerprint(slug);
      if ((this.#done.get(slug) ?? '') === now) return false;
      this.#done.set(slug, now);
      return true;
    });
  }

  /** The same text for settings that mean the same to the process, whoever wrote them; empty for a server that is not docked. */
  fingerprint(slug: string): string {
    return fingerprint(this.find(slug));
  }
}

/** The settings of a server that must still be docked. Throws `not-found`. */
export function docked(slug: string, settings: ServerSettings | null): ServerSettings {
  if (settings) return settings;
  throw new BerthError('not-found', `There is no server "${slug}".`, {
    hint: 'See `berth servers` for those that are docked.',
  });
}

/** Throws `already-exists` when there are settings. */
export function notYetDocked(slug: string, settings: ServerSettings | null): void {
  if (!settings) return;
  throw new BerthError('already-exists', `A server named "${slug}" is docked already.`, {
    hint: `Choose another name with --name, or change that one with \`berth set ${slug}\`.`,
  });
}

/** Settings with a change applied; `binding` is what the server is bound to from now on, null when that stays. Pure. */
export function changedSettings(before: ServerSettings, input: UpdateServer, binding: string | null): ServerSettings {
  const options = { ...before.options };
  for (const [name, value] of Object.entries(input.options ?? {})) {
    if (value === null) delete options[name];
    else options[name] = value;
  }
  const { namespace: _namespace, limits: _limits, toolsOff: _toolsOff, sharing: _sharing, ...rest } = before;
  const toolsOff = switchedOff(before.toolsOff ?? [], input.tools ?? {});
  const limits = changedLimits(before.limits ?? {}, input.limits ?? {});
  const namespace = input.namespace === undefined ? before.namespace : (input.namespace ?? undefined);
  const sharing = input.sharing === undefined ? before.sharing : (input.sharing ?? undefined);
  return {
    ...rest,
    context: binding ?? before.context,
    guard: input.guard ?? before.guard,
    options,
    ...(namespace === undefined ? {} : { namespace }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(toolsOff.length === 0 ? {} : { toolsOff }),
    ...(sharing === undefined ? {} : { sharing }),
  };
}

function switchedOff(before: readonly string[], change: Readonly<Record<string, boolean>>): string[] {
  const off = new Set(before);
  for (const [tool, on] of Object.entries(change)) {
    if (on) off.delete(tool);
    else off.add(tool);
  }
  return [...off].sort();
}

/** Whether a change asks for another process: limits, switches of tools and how sessions share hold for the one that runs. */
export function concernsProcess(input: UpdateServer): boolean {
  const { slug: _slug, limits: _limits, tools: _tools, sharing: _sharing, ...rest } = input;
  return Object.values(rest).some((value) => value !== undefined);
}

function changedLimits(before: Limits, patch: LimitsPatch): Limits {
  const merged = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null && value !== undefined);
  return limitsSchema.parse(Object.fromEntries(merged));
}

function fingerprint(server: ServerSettings | null): string {
  if (server === null) return '';
  const { limits: _limits, toolsOff: _toolsOff, sharing: _sharing, ...parsed } = serverSettingsSchema.parse(server);
  return JSON.stringify(parsed);
}

/** A slug may be the name of something that every object has. */
function own(servers: Readonly<Record<string, ServerSettings>>, slug: string): ServerSettings | null {
  return Object.hasOwn(servers, slug) ? (servers[slug] ?? null) : null;
}
