import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';

/** A YAML file that parsed and fits its schema: its value, and the document that still has comments and order. */
export interface CheckedYaml<T> {
  readonly value: T;
  readonly document: Document;
}

/** Where in a file something is wrong; both count from 1. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * Parses YAML and checks it against a schema. Throws `invalid-config` whose message names the file, line and column of the
 * first thing that is wrong, and whose details hold `{file, line, column}`. An empty file is an empty object.
 * `prepare` may change the document between parsing and checking (migrations).
 */
export function parseCheckedYaml<S extends z.ZodType>(
  text: string,
  schema: S,
  options: { file: string; prepare?: (document: Document, fail: FailAt) => void },
): CheckedYaml<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines });
  const failAtOffset = (offset: number, reason: string): never => {
    const { line, col } = lines.linePos(offset);
    throw invalidYaml(options.file, { line: Math.max(line, 1), column: Math.max(col, 1) }, reason);
  };
  const failAt: FailAt = (path, reason) => failAtOffset(offsetOf(document, path, 'value'), reason);

  const syntax = document.errors[0];
  if (syntax) failAtOffset(syntax.pos[0], firstSentence(syntax.message));
  options.prepare?.(document, failAt);
  let plain: unknown;
  try {
    plain = document.toJS() ?? {};
  } catch (error) {
    failAtOffset(0, error instanceof Error ? error.message : String(error));
  }
  const checked = schema.safeParse(plain);
  if (checked.success) return { value: checked.data, document };
  const issue = checked.error.issues[0];
  if (!issue) throw checked.error;
  const { path, at, reason } = explain(issue);
  return failAtOffset(offsetOf(document, path, at), reason);
}

/** Refuses the document at the node of this path. */
export type FailAt = (path: readonly PropertyKey[], reason: string) => never;

function invalidYaml(file: string, at: YamlPosition, reason: string): BerthError {
  return new BerthError('invalid-config', `${file}:${at.line}:${at.column}: ${reason}.`, {
    hint: `Correct line ${at.line} of ${file}.`,
    details: { file, ...at },
  });
}

/** The most telling of a schema's complaints, with the path that it is about. */
function explain(issue: z.core.$ZodIssue): { path: PropertyKey[]; at: 'key' | 'value'; reason: string } {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const where = issue.path.length === 0 ? '' : ` in "${issue.path.join('.')}"`;
    return { path: [...issue.path, key], at: 'key', reason: `"${key}" is not known here${where}` };
  }
  if (issue.code === 'invalid_key') {
    const inner = issue.issues[0];
    return {
      path: issue.path,
      at: 'key',
      reason: `"${String(issue.path.at(-1))}" cannot be a name here: ${inner?.message ?? ''}`,
    };
  }
  if (issue.code === 'invalid_union') {
    const nested = issue.errors.flat().find((candidate) => candidate.path.length > 0);
    if (nested) {
      const inner = explain(nested);
      return { ...inner, path: [...issue.path, ...inner.path] };
    }
  }
  const name = issue.path.length === 0 ? 'the file' : `"${issue.path.join('.')}"`;
  return { path: issue.path, at: 'value', reason: `${name}: ${lowerFirst(issue.message)}` };
}

/** Offset of the key or value at this path, or of the deepest thing on the way to it that exists. */
function offsetOf(document: Document, path: readonly PropertyKey[], at: 'key' | 'value'): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const step = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => keyText(item.key) === String(step));
      const node = depth === path.length && at === 'key' ? pair?.key : (pair?.value ?? pair?.key);
      if (isNode(node) && node.range) return node.range[0];
    } else {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return node.range[0];
    }
  }
  const root: Node | null = document.contents;
  return root?.range?.[0] ?? 0;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function firstSentence(message: string): string {
  return lowerFirst((message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').replace(/\.$/, ''));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
