import type { Client } from '../../contract/model/client.ts';
import type { Context } from '../../contract/model/context.ts';
import type { Preset } from '../../contract/model/preset.ts';

/** What the first run proposes: everything it needs is preselected, and nothing that writes where nobody asked. */
export interface DockChoices {
  readonly context: string | null;
  readonly preset: string | null;
  readonly clients: readonly string[];
}

/** Presets that need a decision of their own before they can run, so the first run does not offer them. */
const needsSetUp: readonly string[] = ['command', 'url'];

/** Presets that the first run can dock with one button. */
export function dockable(presets: readonly Preset[]): Preset[] {
  return presets.filter(
    (preset) => preset.found && preset.install === null && !needsSetUp.includes(preset.id) && preset.needsContext,
  );
}

/**
 * The proposal: the active context, else kubectl's current one, else the first that is not production; the first server that
 * is on this machine; every AI client that is installed and whose file can be read.
 */
export function proposeDock(
  contexts: readonly Context[],
  presets: readonly Preset[],
  clients: readonly Client[],
): DockChoices {
  const usable = contexts.filter((context) => context.apiServer !== null);
  const context =
    usable.find(({ active }) => active) ??
    usable.find(({ current }) => current) ??
    usable.find(({ production }) => !production) ??
    usable[0];
  return {
    context: context?.ref ?? null,
    preset: dockable(presets)[0]?.id ?? null,
    clients: clients
      .filter(({ state }) => state === 'available' || state === 'installed' || state === 'changed')
      .map(({ id }) => id),
  };
}
