import { type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';

/** What is wrong with a settings or preset file, by line and column; null when it is valid. A file with `id` and `transports` is a preset. */
export async function validateConfigText(text: string, file: string): Promise<ErrorInfo | null> {
  const [{ parseCheckedYaml }, { presetFileSchema }, { parseSettings }] = await Promise.all([
    import('../../core/settings/checked-yaml.ts'),
    import('../../core/presets/preset-schema.ts'),
    import('../../core/settings/settings-text.ts'),
  ]);
  try {
    if (/^id:/m.test(text) && /^transports:/m.test(text)) parseCheckedYaml(text, presetFileSchema, { file });
    else parseSettings(text, file);
    return null;
  } catch (error) {
    return toErrorInfo(error);
  }
}
