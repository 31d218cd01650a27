import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { TextProblem } from './config-text.ts';

/** Where something stands in the document; numbers count the elements of a list of tables. */
export type TomlPath = readonly (string | number)[];

/**
 * A table's header or a key with its value, outside of inline tables. TOML gives each a line of its own, or several: statements can be
 * taken out and put in as whole lines.
 */
export interface TomlStatement {
  readonly kind: 'table' | 'list-item' | 'pair';
  readonly path: TomlPath;
  /** The table that a pair stands under; for a header its own path. */
  readonly table: TomlPath;
  readonly start: number;
  readonly end: number;
  /** Start of its first line, and end of its last with the comment and the line break there. */
  readonly lineStart: number;
  readonly lineEnd: number;
  /** Null for headers. */
  readonly value: AST.TOMLContentNode | null;
}

export interface TomlText {
  readonly text: string;
  /** In the order of the text. */
  readonly statements: readonly TomlStatement[];
  readonly comments: readonly { readonly start: number; readonly text: string }[];
}

/**
 * Parses TOML 1.1, of which 1.0 is a part: a client that is older than 1.1 has complained about such a file itself, and what we write
 * is TOML 1.0. Throws `TextProblem`.
 */
export function parseToml(text: string): TomlText {
  const program = programOf(text);
  const statements = program.body[0].body.flatMap((node): TomlStatement[] => {
    if (node.type === 'TOMLKeyValue') return [pairIn(text, [], node)];
    const path = node.resolvedKey;
    const headerEnd = text.indexOf(']', node.key.range[1]) + (node.kind === 'array' ? 2 : 1);
    const kind = node.kind === 'array' ? 'list-item' : 'table';
    const header = { kind, path, table: path, value: null, ...linesOf(text, node.range[0], headerEnd) } as const;
    return [header, ...node.body.map((pair) => pairIn(text, path, pair))];
  });
  const comments = program.comments.map(({ range }) => ({ start: range[0], text: text.slice(...range) }));
  return { text, statements, comments };
}

/** Whether `path` is `prefix` or leads on from it. */
export function startsWith(path: TomlPath, prefix: TomlPath): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => path[index] === key);
}

/** Names of a dotted or a simple key. */
export function keyOf(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

function programOf(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.1' });
  } catch (error) {
    if (error instanceof RangeError) throw new TextProblem(text, 0, 'it is nested too deeply');
    if (!(error instanceof ParseError)) throw error;
    throw new TextProblem(text, error.index, error.message.charAt(0).toLowerCase() + error.message.slice(1));
  }
}

function pairIn(text: string, table: TomlPath, { key, value, range }: AST.TOMLKeyValue): TomlStatement {
  return { kind: 'pair', path: [...table, ...keyOf(key)], table, value, ...linesOf(text, ...range) };
}

function linesOf(text: string, start: number, end: number) {
  const lineBreak = text.indexOf('\n', end);
  return {
    start,
    end,
    lineStart: text.lastIndexOf('\n', start - 1) + 1,
    lineEnd: lineBreak === -1 ? text.length : lineBreak + 1,
  };
}
