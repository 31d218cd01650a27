import { isSchema, type SchemaField } from './schema-field.ts';

/**
 * What stands in the controls of a form, apart from the value that it means: a text stays as typed until it is read.
 * Text for strings, numbers and JSON; the index of a choice; `true`/`false`/'' for a boolean.
 */
export type Draft = string | readonly Draft[] | { readonly [name: string]: Draft };

/** What a draft means: a value or nothing, and what is wrong with it where. */
export interface Reading {
  /** Undefined: absent, and not sent. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

export interface Problem {
  /** JSON pointer of the place: `/metadata/name`, `` for the whole. */
  readonly path: string;
  readonly message: string;
}

/** The empty form. Required values begin with the schema's default; optional ones stay absent, so that the server's own default holds. */
export function emptyDraft(field: SchemaField, required = false): Draft {
  if (field.kind === 'object') {
    return Object.fromEntries(field.members.map((member) => [member.name, emptyDraft(member.field, member.required)]));
  }
  const begin = required && field.fallback !== undefined ? draftFrom(field, field.fallback) : null;
  return begin ?? (field.kind === 'array' ? [] : '');
}

/** Reads a draft. Blank is absent; a required blank is a problem. Nothing is rounded, trimmed or converted silently. */
export function readDraft(field: SchemaField, draft: Draft, required: boolean, path = ''): Reading {
  switch (field.kind) {
    case 'object':
      return readObject(field, draft, required, path);
    case 'array':
      return readArray(field, draft, required, path);
    default: {
      const typed = typeof draft === 'string' ? draft : '';
      if (typed === '') return { value: undefined, problems: required ? [{ path, message: 'this is required' }] : [] };
      return readText(field, typed, path);
    }
  }
}

function readText(field: SchemaField, typed: string, path: string): Reading {
  const bad = (message: string): Reading => ({ value: undefined, problems: [{ path, message }] });
  const good = (value: unknown): Reading => ({ value, problems: [] });
  switch (field.kind) {
    case 'choice': {
      const choice = field.choices[Number(typed)];
      return choice ? good(choice.value) : bad('choose one');
    }
    case 'boolean':
      return good(typed === 'true');
    case 'number':
      return readNumber(typed.trim(), field.integer, good, bad);
    case 'json':
      return readJson(typed, good, bad);
    default:
      return good(typed);
  }
}

/** Only what JSON itself calls a number, and only what survives the way there and back. */
function readNumber(
  typed: string,
  integer: boolean,
  good: (value: unknown) => Reading,
  bad: (message: string) => Reading,
): Reading {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(typed)) return bad('this is not a number');
  const number = Number(typed);
  if (!Number.isFinite(number)) return bad('this number is too large');
  if (integer && !Number.isInteger(number)) return bad('this must be a whole number');
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) return bad('this number cannot be sent exactly');
  return good(number);
}

function readJson(typed: string, good: (value: unknown) => Reading, bad: (message: string) => Reading): Reading {
  try {
    return good(JSON.parse(typed));
  } catch (error) {
    return bad(`not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readObject(field: SchemaField & { kind: 'object' }, draft: Draft, required: boolean, path: string): Reading {
  const drafts = isDraftObject(draft) ? draft : {};
  const value: Record<string, unknown> = {};
  const problems: Problem[] = [];
  let missing: readonly Problem[] = [];
  for (const { name, required: needed, field: member } of field.members) {
    const reading = readDraft(member, drafts[name] ?? '', needed, `${path}/${escapePointer(name)}`);
    if (reading.value !== undefined)
      Object.defineProperty(value, name, {
        value: reading.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    const blank = needed && reading.value === undefined && isBlank(drafts[name] ?? '');
    if (blank) missing = [...missing, ...reading.problems];
    else problems.push(...reading.problems);
  }
  const empty = Object.keys(value).length === 0 && problems.length === 0;
  // An optional object that nobody touched is absent, whatever its members would require.
  if (empty && !required) return { value: undefined, problems: [] };
  return { value, problems: [...problems, ...missing] };
}

function readArray(field: SchemaField & { kind: 'array' }, draft: Draft, required: boolean, path: string): Reading {
  const items = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  if (items.length === 0) return { value: required ? [] : undefined, problems: [] };
  const readings = items.map((item, index) => readDraft(field.item, item, true, `${path}/${index}`));
  return {
    value: readings.map((reading) => reading.value),
    problems: readings.flatMap((reading) =>
      reading.problems.map((problem) =>
        problem.message === 'this is required' ? { ...problem, message: 'fill this in or remove it' } : problem,
      ),
    ),
  };
}

/** The controls' content for a value; null when the form could not show all of it, so that it must stay JSON. */
export function draftFrom(field: SchemaField, value: unknown): Draft | null {
  if (value === undefined) return emptyDraft(field);
  switch (field.kind) {
    case 'object': {
      if (!isSchema(value)) return null;
      const known = field.members.map((member) => member.name);
      if (Object.keys(value).some((name) => !known.includes(name))) return null;
      const drafts = field.members.map(
        ({ name, field: member }) =>
          [name, Object.hasOwn(value, name) ? draftFrom(member, value[name]) : blankDraft(member)] as const,
      );
      return drafts.some(([, draft]) => draft === null) ? null : (Object.fromEntries(drafts) as Record<string, Draft>);
    }
    case 'array': {
      if (!Array.isArray(value) || value.length === 0) return null;
      const items = value.map((item) => draftFrom(field.item, item));
      return items.some((item) => item === null) ? null : (items as Draft[]);
    }
    case 'choice': {
      const index = field.choices.findIndex((choice) => JSON.stringify(choice.value) === JSON.stringify(value));
      return index < 0 ? null : String(index);
    }
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : null;
    case 'number':
      return typeof value === 'number' ? String(value) : null;
    case 'string':
      return typeof value === 'string' && value !== '' ? value : null;
    case 'json':
      return JSON.stringify(value, null, 2);
  }
}

/** Absent, whatever default the schema has. */
export function blankDraft(field: SchemaField): Draft {
  if (field.kind === 'object')
    return Object.fromEntries(field.members.map((member) => [member.name, blankDraft(member.field)]));
  return field.kind === 'array' ? [] : '';
}

function isBlank(draft: Draft): boolean {
  if (typeof draft === 'string') return draft === '';
  return Array.isArray(draft) ? draft.length === 0 : Object.values(draft).every(isBlank);
}

export function isDraftObject(draft: Draft): draft is { readonly [name: string]: Draft } {
  return typeof draft === 'object' && !Array.isArray(draft);
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
