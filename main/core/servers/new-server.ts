import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';
import { type AddServer, slugSchema } from '../../../contract/model/server.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import { validateOptions } from '../presets/options.ts';
import { chooseTransport } from '../presets/plan-launch.ts';
import type { PresetCatalog } from '../presets/preset-catalog.ts';
import type { ContextRegistry } from './context-registry.ts';
import { type DockedSettings, notYetDocked } from './docked-settings.ts';

export interface DockingPlace {
  readonly docked: DockedSettings;
  readonly presets: PresetCatalog;
  readonly contexts: ContextRegistry;
}

/**
 * The name and settings of a server that is to be docked, with the defaults for what was not said. Rejects with `already-exists`,
 * `not-found` for preset or context, `unsupported` for the transport, `invalid-argument` for an option. Writes nothing.
 */
export async function newServer(
  input: AddServer,
  { docked, presets, contexts }: DockingPlace,
): Promise<{ slug: string; settings: ServerSettings }> {
  const preset = presets.get(input.preset);
  const slug = input.slug ?? freeSlug(input.preset, docked);
  notYetDocked(slug, docked.find(slug));
  const detected = await presets.detect(input.preset, input.options);
  chooseTransport(preset, input.transport, detected?.version ?? null);
  validateOptions(preset, input.options ?? {});
  const context = input.context ?? (preset.needsContext ? ACTIVE_CONTEXT : NO_CONTEXT);
  const settings: ServerSettings = {
    preset: input.preset,
    context: validBinding(context, contexts),
    guard: input.guard ?? 'read-only',
    run: input.start ?? false,
    options: input.options ?? {},
    ...(input.namespace === undefined ? {} : { namespace: input.namespace }),
    ...(input.transport === undefined ? {} : { transport: input.transport }),
    ...(input.limits === undefined ? {} : { limits: input.limits }),
    ...(input.sharing === undefined ? {} : { sharing: input.sharing }),
  };
  return { slug, settings };
}

/** What a server may be bound to: `active`, `none`, or a context by its reference. Throws `not-found`. */
export function validBinding(context: string, contexts: ContextRegistry): string {
  return context === ACTIVE_CONTEXT || context === NO_CONTEXT ? context : contexts.choose(context);
}

/** The preset's name, with a number when that is taken. */
function freeSlug(preset: string, docked: DockedSettings): string {
  const base = slugSchema.safeParse(preset).success ? preset : 'server';
  if (!docked.has(base)) return base;
  let number = 2;
  while (docked.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}
