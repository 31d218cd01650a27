import { expect, test } from 'vitest';
import { settingsSchema } from '../../../../contract/model/settings.ts';
import { defaultSettings } from '../../../../main/core/settings/default-settings.ts';

test('without a file the same holds as with an empty one', () => {
  expect(JSON.stringify(defaultSettings)).toBe(JSON.stringify(settingsSchema.parse({})));
});
