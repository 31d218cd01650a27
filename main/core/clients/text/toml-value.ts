import type { AST } from 'toml-eslint-parser';
import { TextProblem } from './config-text.ts';
import { keyOf, type TomlPath, type TomlText } from './toml-text.ts';

/** A document as what it says: tables in the order of their first mention, lists, and single values. */
export type TomlTree = TomlTable | TomlTree[] | TomlScalar;
export type TomlTable = Map<string, TomlTree>;

/** `value` is the text of it, or the meaning of a string. */
export interface TomlScalar {
  readonly kind: AST.TOMLValue['kind'];
  readonly value: string;
}

export function treeOf({ text, statements }: TomlText): TomlTable {
  const root: TomlTable = new Map();
  for (const { path, value } of statements) {
    const parent = path.slice(0, -1);
    const made = value === null ? null : treeOfValue(text, value);
    const holder = tableAt(root, parent, typeof path.at(-1) === 'number');
    const key = path.at(-1);
    if (Array.isArray(holder)) holder.push(new Map());
    else if (holder instanceof Map && typeof key === 'string') holder.set(key, made ?? holder.get(key) ?? new Map());
  }
  return root;
}

/** The table at `keys`; null when there is none. Throws `TextProblem` when something else stands there. */
export function tableAlong(toml: TomlText, keys: readonly string[]): TomlTable | null {
  let tree: TomlTree | undefined = treeOf(toml);
  for (const [index, key] of keys.entries()) {
    tree = tree instanceof Map ? tree.get(key) : undefined;
    if (tree === undefined) return null;
    if (tree instanceof Map) continue;
    const path = keys.slice(0, index + 1);
    const at = toml.statements.find((statement) => path.every((part, depth) => statement.path[depth] === part));
    throw new TextProblem(toml.text, at?.start ?? 0, `"${key}" is not a table`);
  }
  return tree instanceof Map ? tree : null;
}

/**
 * A value as JavaScript has it. Dates, and numbers that JavaScript would write in another way, become `{ "toml:KIND": "TEXT" }`, so that
 * they come back as they were.
 */
export function plainOf(tree: TomlTree): unknown {
  if (tree instanceof Map) return Object.fromEntries([...tree].map(([key, value]) => [key, plainOf(value)]));
  if (Array.isArray(tree)) return tree.map(plainOf);
  const { kind, value } = tree;
  if (kind === 'string') return value;
  if (kind === 'boolean') return value === 'true';
  const number = Number(value);
  if (kind === 'integer' && Number.isSafeInteger(number) && String(number) === value) return number;
  if (kind === 'float' && !Number.isInteger(number) && String(number) === value) return number;
  return { [`toml:${kind}`]: value };
}

/** A value in one line of TOML 1.0, objects as inline tables. Throws for what TOML cannot say. */
export function printTomlValue(value: unknown): string {
  if (typeof value === 'string') return printString(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(printTomlValue).join(', ')}]`;
  if (typeof value !== 'object' || value === null) throw new TypeError(`TOML has no ${String(value)}`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const [kind, raw] = members.length === 1 ? (members[0] ?? []) : [];
  if (kind?.startsWith('toml:') && typeof raw === 'string') return raw;
  const printed = members.map(([key, member]) => `${printTomlKey([key])} = ${printTomlValue(member)}`);
  return printed.length === 0 ? '{}' : `{ ${printed.join(', ')} }`;
}

/** A dotted key, quoted where it has to be. */
export function printTomlKey(keys: readonly (string | number)[]): string {
  return keys.map(String).map(printKey).join('.');
}

/** Whether two trees say the same in the same order. */
export function sameTree(left: TomlTree, right: TomlTree): boolean {
  if (left instanceof Map) {
    if (!(right instanceof Map) || left.size !== right.size) return false;
    const theirs = [...right];
    return [...left].every(([key, value], index) => {
      const other = theirs[index];
      return other !== undefined && other[0] === key && sameTree(value, other[1]);
    });
  }
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameTree(item, right[index] ?? []));
  }
  return !(right instanceof Map || Array.isArray(right)) && left.kind === right.kind && left.value === right.value;
}

function tableAt(root: TomlTable, path: TomlPath, asList: boolean): TomlTree {
  let tree: TomlTree = root;
  for (const [index, key] of path.entries()) {
    const missing = (): TomlTree => (asList && index === path.length - 1 ? [] : new Map());
    if (tree instanceof Map) {
      const next: TomlTree = tree.get(String(key)) ?? missing();
      tree.set(String(key), next);
      tree = next;
    } else if (Array.isArray(tree)) {
      tree = tree[Number(key)] ?? new Map();
    }
  }
  return tree;
}

function treeOfValue(text: string, node: AST.TOMLContentNode): TomlTree {
  if (node.type === 'TOMLArray') return node.elements.map((element) => treeOfValue(text, element));
  if (node.type === 'TOMLInlineTable') {
    const table: TomlTable = new Map();
    for (const { key, value } of node.body) {
      const path = keyOf(key);
      const holder = tableAt(table, path.slice(0, -1), false);
      if (holder instanceof Map) holder.set(path.at(-1) ?? '', treeOfValue(text, value));
    }
    return table;
  }
  return { kind: node.kind, value: node.kind === 'string' ? node.value : text.slice(...node.range) };
}

function printKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : printString(key);
}

/** JSON's escapes are TOML's but for the delete character, which TOML wants escaped, too. */
function printString(value: string): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}
