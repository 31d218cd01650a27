import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { ClientVia } from '../../../contract/model/client.ts';
import type { ChangePlan, ChangeRequest, ClientFileState } from './change-plan.ts';
import { entryName, hideSecrets } from './entry.ts';
import type { ClientLocation, ClientPlace, Presence } from './locate.ts';
import { type ClientRow, placeIn } from './registry.ts';
import { configTexts } from './text/config-texts.ts';

/** Unified diff of what a plan changes; secrets as `…`. */
export function diffOf(row: ClientRow, { snapshot }: ClientFileState, plan: ChangePlan): string {
  const shown = (text: string) => hideSecrets(text, configTexts[row.format], placeIn(row));
  return createTwoFilesPatch(
    snapshot.bytes === null ? '/dev/null' : snapshot.path,
    plan.text === null ? '/dev/null' : snapshot.path,
    shown(snapshot.text),
    shown(plan.text ?? ''),
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
}

/** What the user should know about where a client's file is, in sentences. */
export function placeWarnings(row: ClientRow, place: ClientLocation): string[] {
  const warnings: string[] = [];
  if (place.unverified && !place.pinned) {
    warnings.push(`That ${row.title} reads ${named(place)} was not verified.`);
  }
  if (place.others.length > 0 && !place.pinned) {
    warnings.push(
      `There is also ${place.others.map(named).join(', ')}, which is left alone. ` +
        `If ${row.title} reads another file, choose it: berth config set clients.${row.id}.file FILE`,
    );
  }
  return warnings;
}

function named({ file, label }: ClientPlace): string {
  return label === null ? file : `${file} (${label})`;
}

/** What the user should know before this change is made, in sentences. */
export function notesOf(
  row: ClientRow,
  { snapshot, found }: ClientFileState,
  plan: ChangePlan,
  place: ClientLocation,
  presence: Presence,
  { action, via }: { action: ChangeRequest['action']; via: ClientVia },
): string[] {
  const notes: string[] = [];
  if (place.file !== snapshot.path) notes.push(`${place.file} is a link; ${snapshot.path} is written.`);
  notes.push(...placeWarnings(row, place));
  if (row.rejectsByteOrderMark && snapshot.byteOrderMark) {
    notes.push(`The file begins with a byte order mark, which ${row.title} does not accept: save it without one.`);
  }
  if (plan.mode !== snapshot.mode) {
    const way =
      action === 'install' ? 'tightened, since the entry holds an endpoint token' : 'put back to what they were';
    notes.push(`The file's permissions are ${way}: ${octal(snapshot.mode)} → ${octal(plan.mode)}.`);
  }
  if (plan.text === null) notes.push('The file goes, since Berth made it and nothing else is in it.');
  if (action !== 'install') return notes;
  if (presence === 'absent') notes.push(`${row.title} was not found on this machine.`);
  if (presence === 'traces') notes.push(`Of ${row.title} only its folder was found, not the application.`);
  const replaced = plan.entries.filter(({ name }) =>
    found.some((entry) => entry.name === name && entry.value !== undefined),
  );
  if (via === 'url' && replaced.length > 0) {
    notes.push(`${replaced.map(({ name }) => name).join(', ')}: gets a new token; the former one ends.`);
  }
  const renamed = plan.entries.filter(({ action, name, slug }) => action === 'set' && name !== entryName(slug));
  for (const { name, slug } of renamed)
    notes.push(`The entry of "${slug}" keeps the name "${name}" that it was given.`);
  return notes;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
