import type { AST } from 'toml-eslint-parser';
import { type ConfigPlace, type ConfigText, type StringSpan, TextProblem } from './config-text.ts';
import { removeTomlEntry, setTomlEntry, spansOf } from './toml-edit.ts';
import { keyOf, parseToml, startsWith, type TomlPath, type TomlText } from './toml-text.ts';
import { plainOf, sameTree, type TomlTable, tableAlong, treeOf } from './toml-value.ts';

/** TOML. Lists of tables by a name in each, `[[servers]]`, are not edited: no known client needs it. */
export const tomlConfig: ConfigText = {
  entries: (text, place) =>
    new Map([...(tableAlong(parseToml(text), keysIn(text, place)) ?? [])].map(([name, tree]) => [name, plainOf(tree)])),
  set: (text, place, name, value) => setTomlEntry(text, keysIn(text, place), name, value),
  remove: (text, place, name) => removeTomlEntry(text, keysIn(text, place), name),
  sameOutside: (before, after, place, names) => sameOutside(before, after, keysIn(before, place), names),
  stringsUnder: (text, place, fields) => stringsUnder(text, place, fields),
};

function keysIn(text: string, { keys, nameField }: ConfigPlace): readonly string[] {
  if (nameField === null) return keys;
  throw new TextProblem(text, 0, 'Berth cannot edit a list of servers in TOML');
}

/** Values, their order, and the comments, all outside of the entries. */
function sameOutside(before: string, after: string, keys: readonly string[], names: ReadonlySet<string>): boolean {
  const [left, right] = [parseToml(before), parseToml(after)];
  return (
    sameBut(treeOf(left), treeOf(right), keys, names) &&
    commentsOutside(left, keys, names).join('\n') === commentsOutside(right, keys, names).join('\n')
  );
}

function sameBut(left: TomlTable, right: TomlTable, keys: readonly string[], names: ReadonlySet<string>): boolean {
  const [key, ...deeper] = keys;
  const skip = (name: string) => (key === undefined ? names.has(name) : name === key);
  const rest = (table: TomlTable) => new Map([...table].filter(([name]) => !skip(name)));
  if (!sameTree(rest(left), rest(right))) return false;
  if (key === undefined) return true;
  const [mine, theirs] = [left.get(key) ?? new Map(), right.get(key) ?? new Map()];
  if (!(mine instanceof Map && theirs instanceof Map)) return sameTree(mine, theirs);
  return sameBut(mine, theirs, deeper, names);
}

function commentsOutside(toml: TomlText, keys: readonly string[], names: ReadonlySet<string>): string[] {
  const spans = [...names].flatMap((name) => spansOf(toml, [...keys, name]));
  return toml.comments
    .filter(({ start }) => !spans.some((span) => span.start <= start && start < span.end))
    .map((comment) => comment.text);
}

function stringsUnder(text: string, { keys }: ConfigPlace, fields: RegExp): StringSpan[] {
  try {
    return parseToml(text)
      .statements.flatMap(({ path, value }) => (value === null ? [] : stringsIn(path, value)))
      .filter(({ path }) => path.length === keys.length + 3 && startsWith(path, keys))
      .filter(({ path }) => fields.test(String(path[keys.length + 1])))
      .map(({ node }) => ({ start: node.range[0], end: node.range[1], value: node.value }));
  } catch {
    return [];
  }
}

function stringsIn(
  path: TomlPath,
  node: AST.TOMLContentNode,
): { readonly path: TomlPath; readonly node: AST.TOMLStringValue }[] {
  if (node.type === 'TOMLValue') return node.kind === 'string' ? [{ path, node }] : [];
  if (node.type === 'TOMLArray') return [];
  return node.body.flatMap(({ key, value }) => stringsIn([...path, ...keyOf(key)], value));
}
