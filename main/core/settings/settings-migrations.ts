import type { Document } from 'yaml';
import type { FailAt } from './checked-yaml.ts';

/** The version of `config.yaml` that this Berth writes. */
const SETTINGS_VERSION = 1;

/** Turns a document of version N (its key) into one of version N + 1, in place, so that comments and order stay. */
export type SettingsMigrations = Readonly<Record<number, (document: Document) => void>>;

/** Version 1 is the first one. */
const settingsMigrations: SettingsMigrations = {};

/**
 * Brings a settings document to the current version. Refuses (`fail`) one that a newer Berth wrote and one whose version
 * is not a number. Nothing is written here: the file changes with the next change of a setting.
 */
export function migrateSettings(
  document: Document,
  fail: FailAt,
  migrations: SettingsMigrations = settingsMigrations,
  current: number = SETTINGS_VERSION,
): void {
  const stated = document.getIn(['version']) ?? (Object.keys(migrations).length === 0 ? current : 1);
  if (typeof stated !== 'number' || !Number.isInteger(stated) || stated < 1) {
    fail(['version'], `"version" must be a number from 1 to ${current}`);
  }
  if (stated > current) {
    fail(['version'], `this file was written by a newer Berth (version ${stated}; this one knows up to ${current})`);
  }
  for (let version = stated; version < current; version += 1) {
    const step = migrations[version];
    if (!step) fail(['version'], `there is no way from version ${version} to ${version + 1}`);
    step(document);
    document.setIn(['version'], version + 1);
  }
}
