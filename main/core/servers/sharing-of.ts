import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { Sharing } from '../../../contract/model/sharing.ts';
import type { PresetDefinition } from '../presets/preset-schema.ts';

/** Which sessions share the process of a server: as the user said, else as its preset knows (D21). */
export function sharingOf(settings: ServerSettings, preset: Pick<PresetDefinition, 'sharedChild'> | null): Sharing {
  return settings.sharing ?? (preset?.sharedChild === false ? 'by-client' : 'shared');
}
