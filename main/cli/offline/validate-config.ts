import { type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';

/**
 * What is wrong with a settings file, a preset or the description of a client, by line and column; null when it is valid. A file with `id`
 * and `transports` is a preset, one with `id` and `detect` a client.
 */
export async function validateConfigText(text: string, file: string): Promise<ErrorInfo | null> {
  const [{ parseCheckedYaml }, { presetFileSchema }, { parseSettings }, { parseClientRow }] = await Promise.all([
    import('../../core/settings/checked-yaml.ts'),
    import('../../core/presets/preset-schema.ts'),
    import('../../core/settings/settings-text.ts'),
    import('../../core/clients/registry.ts'),
  ]);
  try {
    if (/^id:/m.test(text) && /^transports:/m.test(text)) parseCheckedYaml(text, presetFileSchema, { file });
    else if (/^id:/m.test(text) && /^detect:/m.test(text)) parseClientRow(text, file);
    else parseSettings(text, file);
    return null;
  } catch (error) {
    return toErrorInfo(error);
  }
}
