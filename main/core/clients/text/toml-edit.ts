import { type Edited, TextProblem } from './config-text.ts';
import { type Entry, isRecord, sameValue } from './same-value.ts';
import { cutLines, insertLines, nextLineAt, splice } from './text-lines.ts';
import { parseToml, startsWith, type TomlPath, type TomlStatement, type TomlText } from './toml-text.ts';
import { plainOf, printTomlKey, printTomlValue, tableAlong } from './toml-value.ts';

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
  const block = [`[${printTomlKey(path)}]`, ...linesFor([], value)];
  return text === '' ? insertLines('', 0, block) : insertLines(text, placeForTable(toml, keys), ['', ...block]);
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
    return content === 0 ? text.length : nextLineAt(text, content);
  }
  const next = statements.findIndex(({ kind }, index) => index > last && kind !== 'pair');
  const end = statements.at(next === -1 ? -1 : next - 1)?.lineEnd ?? text.length;
  let at = end;
  while (/^[ \t]*#/.test(text.slice(at, nextLineAt(text, at)))) at = nextLineAt(text, at);
  return statements[next]?.lineStart === at ? end : at;
}

/** Makes the value at `path` be `value`, with as little change as the form in which it is written allows. */
function update(text: string, path: TomlPath, was: unknown, value: unknown): string {
  if (sameValue(was, value)) return text;
  const toml = parseToml(text);
  const pair = toml.statements.find((statement) => statement.value !== null && samePath(statement.path, path));
  if (pair?.value) {
    const [start, end] = pair.value.range;
    return splice(text, start, end - start, printTomlValue(value));
  }
  if (!isRecord(was) || !isRecord(value) || Object.keys(value).length === 0) {
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
  const printed = linesFor([], { [field]: value });
  const after = (last: TomlStatement, lines: readonly string[]) => {
    const indent = text.slice(last.lineStart, last.start);
    return insertLines(
      text,
      last.lineEnd,
      lines.map((line) => indent + line),
    );
  };
  const last = own.findLast(({ table }) => samePath(table, path));
  if (last) return after(last, printed);
  const dotted = own.findLast(({ table }) => table.length < path.length);
  if (dotted) return after(dotted, linesFor(path.slice(dotted.table.length), { [field]: value }));
  const [first] = own;
  if (first) return insertLines(text, first.lineStart, [`[${printTomlKey(path)}]`, ...printed, '']);
  return insertTable(toml, path.slice(0, -1), path, { [field]: value });
}

/** Takes out what is said at `path`, and below it, by whole lines. */
function drop(text: string, path: TomlPath): string {
  let current = text;
  for (const { start, end, table } of spansOf(parseToml(text), path).reverse()) {
    const emptyLine = table ? (/(?:^|\n)(\r?\n)$/.exec(current.slice(Math.max(0, start - 4), start))?.[1] ?? '') : '';
    const from = start - emptyLine.length;
    // The first of several that were written into an empty file takes the empty line before the next along.
    const after = table && from === 0 ? (/^\r?\n/.exec(current.slice(end))?.[0].length ?? 0) : 0;
    current = cutLines(current, from, end + after);
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
