import { fileURLToPath } from 'node:url';
import { type LoadedPresets, loadPresets } from '../../../../main/core/presets/load-presets.ts';
import type { PresetDefinition } from '../../../../main/core/presets/preset-schema.ts';

export const bundledFolder = fileURLToPath(new URL('../../../../assets/presets', import.meta.url));

/** Berth's own presets, as they are shipped. */
export function loadBundled(): Promise<LoadedPresets> {
  return loadPresets(bundledFolder, '/nonexistent');
}

export async function bundled(id: string): Promise<PresetDefinition> {
  const preset = (await loadBundled()).presets.get(id);
  if (!preset) throw new Error(`no preset ${id}`);
  return preset;
}
