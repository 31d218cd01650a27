import { type Edited, TextProblem } from './config-text.ts';
import { parseToml, startsWith, type TomlPath, type TomlStatement, type TomlText } from './toml-text.ts';
import { plainOf, printTomlKey, printTomlValue, samePlain, tableAlong } from './toml-value.ts';

type Entry = Readonly<Record<string, unknown>>;

/**
 * Sets one named entry of the table at `keys`. A new one becomes a table of its own, `[keys.NAME]`, behind the last table below
 * `keys` or at the end, with an empty line before it. In an existing one only the values that differ are written, in whatever form it is
 * written; its other lines and comments stay. TOML needs no containers, so there is no trace. Throws `TextProblem` where the text
 * cannot be edited safely.
 */
export function setTomlEntry(text: string, keys: readonly string[], name: string, value: Entry): Edited {
  const toml = parseToml(text);
  requireOpenTable(toml, keys);
  const path = [...keys, name];
  const existing = tableAlong(toml, keys)?.get(name);
  if (existing === undefined) return { text: insertTable(toml, keys, path, value), trace: null };
  if (!(existing instanceof Map)) {
    throw new TextProblem(text, statementsOf(toml, path)[0]?.start ?? 0, `"${name}" is not a table`);
  }
  return { text: update(text, path, plainOf(existing), value), trace: null };
}

/** Takes one entry out with the comments inside of it and the empty line before it. An entry that is not there changes nothing. */
export function removeTomlEntry(text: string, keys: readonly string[], name: string): string {
  const toml = parseToml(text);
  if (tableAlong(toml, keys)?.has(name) !== true) return text;
  requireOpenTable(toml, keys);
  return drop(text, [...keys, name]);
}

/** The lines of an entry: from its first statement to its last, and again where others stand in between. */
export function spansOf({ statements }: TomlText, path: TomlPath) {
  const spans: { start: number; end: number; table: boolean }[] = [];
  let open: (typeof spans)[number] | null = null;
  for (const statement of statements) {
    const own = startsWith(statement.path, path);
    if (own && open !== null) open.end = statement.lineEnd;
    else if (own) {
      open = { start: statement.lineStart, end: statement.lineEnd, table: statement.kind !== 'pair' };
      spans.push(open);
    } else open = null;
  }
  return spans;
}

/** An inline table is closed: TOML lets nothing be added to it from outside, and its line is its owner's. */
function requireOpenTable(toml: TomlText, keys: readonly string[]): void {
  for (let depth = 1; depth <= keys.length; depth++) {
    const path = keys.slice(0, depth);
    const closed = toml.statements.find((statement) => statement.value !== null && samePath(statement.path, path));
    if (closed === undefined) continue;
    throw new TextProblem(
      toml.text,
      closed.start,
      `"${path.join('.')}" is an inline table, which Berth does not edit; write it as [${path.join('.')}]`,
    );
  }
}

function insertTable(toml: TomlText, keys: TomlPath, path: TomlPath, value: Entry): string {
  const { text } = toml;
  const eol = eolOf(text);
  const block = [`[${printTomlKey(path)}]`, ...linesFor([], value)].join(eol);
  if (text === '') return block + eol;
  const at = placeForTable(toml, keys);
  // A text that does not end with a line break does not after it, either: the removal tells by that what was there.
  const open = at === text.length && !text.endsWith('\n');
  return splice(text, at, 0, open ? eol + eol + block : eol + block + eol);
}

/**
 * Behind the last table below `keys` with the comments that follow it; comments right above the next header belong to that. Without
 * such a table, behind everything but the last empty lines.
 */
function placeForTable(toml: TomlText, keys: TomlPath): number {
  const { text, statements } = toml;
  const last = statements.findLastIndex(({ kind, table }) => kind !== 'pair' && startsWith(table, keys));
  if (last === -1) {
    const content = text.trimEnd().length;
    return content === 0 ? text.length : nextLine(text, content);
  }
  const next = statements.findIndex(({ kind }, index) => index > last && kind !== 'pair');
  const end = statements.at(next === -1 ? -1 : next - 1)?.lineEnd ?? text.length;
  let at = end;
  while (/^[ \t]*#/.test(text.slice(at, nextLine(text, at)))) at = nextLine(text, at);
  return statements[next]?.lineStart === at ? end : at;
}

/** Makes the value at `path` be `value`, with as little change as the form in which it is written allows. */
function update(text: string, path: TomlPath, was: unknown, value: unknown): string {
  if (samePlain(was, value)) return text;
  const toml = parseToml(text);
  const pair = toml.statements.find((statement) => statement.value !== null && samePath(statement.path, path));
  if (pair?.value) {
    const [start, end] = pair.value.range;
    return splice(text, start, end - start, printTomlValue(value));
  }
  if (!isTable(was) || !isTable(value) || Object.keys(value).length === 0) {
    return addField(drop(text, path), path.slice(0, -1), path.at(-1) ?? '', value);
  }
  let current = text;
  for (const [field, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (Object.hasOwn(was, field)) current = update(current, [...path, field], was[field], item);
    else current = addField(current, path, field, item);
  }
  for (const field of Object.keys(was)) {
    if (value[field] === undefined) current = drop(current, [...path, field]);
  }
  return current;
}

function addField(text: string, path: TomlPath, field: string | number, value: unknown): string {
  const toml = parseToml(text);
  const own = statementsOf(toml, path);
  const eol = eolOf(text);
  const [printed = ''] = linesFor([], { [field]: value });
  const last = own.findLast(({ table }) => samePath(table, path));
  if (last) return insertLine(text, last, printed);
  const dotted = own.findLast(({ table }) => table.length < path.length);
  if (dotted) return insertLine(text, dotted, linesFor(path.slice(dotted.table.length), { [field]: value })[0] ?? '');
  const block = `[${printTomlKey(path)}]${eol}${printed}`;
  const [first] = own;
  if (first) return splice(text, first.lineStart, 0, block + eol + eol);
  return insertTable(toml, path.slice(0, -1), path, { [field]: value });
}

function insertLine(text: string, after: TomlStatement, line: string): string {
  const indent = text.slice(after.lineStart, after.start);
  const eol = eolOf(text);
  const ended = text.slice(0, after.lineEnd).endsWith('\n');
  return splice(text, after.lineEnd, 0, ended ? indent + line + eol : eol + indent + line);
}

/** Takes out what is said at `path`, and below it, by whole lines. */
function drop(text: string, path: TomlPath): string {
  let current = text;
  for (const { start, end, table } of spansOf(parseToml(text), path).reverse()) {
    let from = start;
    let to = end;
    const emptyLine = table ? (/(?:^|\n)(\r?\n)$/.exec(current.slice(0, from))?.[1] ?? '') : '';
    from -= emptyLine.length;
    if (to === current.length && !current.endsWith('\n')) {
      from -= /\r?\n$/.exec(current.slice(0, from))?.[0].length ?? 0;
    }
    // The first of several that were written into an empty file takes the empty line before the next along.
    if (table && from === 0) to += /^\r?\n/.exec(current.slice(to))?.[0].length ?? 0;
    current = splice(current, from, to - from, '');
  }
  return current;
}

function linesFor(prefix: TomlPath, value: Entry): string[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${printTomlKey([...prefix, key])} = ${printTomlValue(item)}`);
}

function statementsOf({ statements }: TomlText, path: TomlPath): TomlStatement[] {
  return statements.filter((statement) => startsWith(statement.path, path));
}

function samePath(left: TomlPath, right: TomlPath): boolean {
  return left.length === right.length && startsWith(left, right);
}

function isTable(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function eolOf(text: string): string {
  const windows = text.split('\r\n').length - 1;
  const unix = text.split('\n').length - 1 - windows;
  return windows > unix ? '\r\n' : '\n';
}

function nextLine(text: string, offset: number): number {
  const lineBreak = text.indexOf('\n', offset);
  return lineBreak === -1 ? text.length : lineBreak + 1;
}

function splice(text: string, offset: number, length: number, content: string): string {
  return text.slice(0, offset) + content + text.slice(offset + length);
}
