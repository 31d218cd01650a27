import type { ConfigText } from './config-text.ts';
import { jsonConfig } from './json-config.ts';
import { jsonDialects } from './json-text.ts';
import { tomlConfig } from './toml-config.ts';
import { yamlConfig } from './yaml-config.ts';

/**
 * The editor of each format that clients' files have: `json` strict · `json-comments` with comments · `jsonc` with comments and
 * trailing commas · `toml` · `yaml`.
 */
export const configTexts = {
  json: jsonConfig(jsonDialects.json),
  'json-comments': jsonConfig(jsonDialects['json-comments']),
  jsonc: jsonConfig(jsonDialects.jsonc),
  toml: tomlConfig,
  yaml: yamlConfig,
} as const satisfies Record<string, ConfigText>;

export type ConfigFormat = keyof typeof configTexts;
export const configFormats = Object.keys(configTexts) as [ConfigFormat, ...ConfigFormat[]];
