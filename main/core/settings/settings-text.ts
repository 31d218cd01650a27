import { isMap } from 'yaml';
import { BerthError } from '../../../contract/errors.ts';
import { type Settings, settingsSchema } from '../../../contract/model/settings.ts';
import { type CheckedYaml, parseCheckedYaml } from './checked-yaml.ts';
import { applyEdits, difference } from './document-edit.ts';
import { migrateSettings } from './settings-migrations.ts';

/** Checks the text of a settings file; throws `invalid-config` with line and column. */
export function parseSettings(text: string, file: string): Settings {
  return readSettings(text, file).value;
}

/** Like `parseSettings`, with the document, so that it can be changed. */
export function readSettings(text: string, file: string): CheckedYaml<Settings> {
  return parseCheckedYaml(text, settingsSchema, { file, prepare: (document, fail) => migrateSettings(document, fail) });
}

/**
 * The text of a settings file after `mutate` has changed a copy of what it says; null when that changes nothing. `text` is what `read` was
 * read from, null without a file. Throws `invalid-argument` when the result is not valid, and what `mutate` throws.
 */
export function editSettings(
  read: CheckedYaml<Settings>,
  text: string | null,
  mutate: (settings: Settings) => void,
): string | null {
  const changed = structuredClone(read.value);
  mutate(changed);
  const valid = settingsSchema.safeParse(changed);
  if (!valid.success) throw invalidSettings(valid.error.issues[0]);
  const edits = difference(read.value, valid.data);
  if (edits.length === 0) return null;
  applyEdits(read.document, edits);
  return serialize(read.document, text);
}

/** The document as text, with the line ends and the byte order mark that the file had. */
function serialize(document: CheckedYaml<Settings>['document'], previous: string | null): string {
  if (isMap(document.contents)) document.contents.flow = false;
  const text = document.toString({ lineWidth: 0 });
  const ended = previous?.includes('\r\n') ? text.replaceAll(/\r?\n/g, '\r\n') : text;
  return previous?.startsWith('\uFEFF') ? `\uFEFF${ended}` : ended;
}

function invalidSettings(issue: { path: PropertyKey[]; message: string } | undefined): BerthError {
  const where = issue && issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
  return new BerthError(
    'invalid-argument',
    `These settings are not valid: ${where}${issue?.message ?? 'unknown reason'}.`,
  );
}
