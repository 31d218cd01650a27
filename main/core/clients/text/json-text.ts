import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { TextProblem } from './config-text.ts';

/** What a client's own parser accepts beyond strict JSON. */
export interface JsonDialect {
  readonly comments: boolean;
  readonly trailingCommas: boolean;
}

export const jsonDialects = {
  json: { comments: false, trailingCommas: false },
  'json-comments': { comments: true, trailingCommas: false },
  jsonc: { comments: true, trailingCommas: true },
} as const satisfies Record<string, JsonDialect>;

/**
 * Parses in the client's dialect, without mercy: the client would stumble over what we let pass. Null for a text without a value
 * (empty, white space, and comments where the dialect has them). Throws `TextProblem`.
 */
export function parseJsonText(text: string, dialect: JsonDialect): Node | null {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, {
      disallowComments: !dialect.comments,
      allowTrailingComma: dialect.trailingCommas,
      allowEmptyContent: true,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new TextProblem(text, 0, 'it is nested too deeply');
    throw error;
  }
  const [first] = errors;
  if (first) throw new TextProblem(text, first.offset, sentenceOf(printParseErrorCode(first.error)));
  if (root === undefined) return null;
  if (!dialect.comments) requireStrictJson(text);
  return root;
}

/** The members of an object in the order of the text. */
export function membersOf(object: Node): { key: string; property: Node; value: Node }[] {
  return (object.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key && value ? [{ key: String(key.value), property, value }] : [];
  });
}

/** The one member of that name; throws when there are two, since parsers differ on which one counts. */
export function memberOf(text: string, object: Node, key: string) {
  const [first, second] = membersOf(object).filter((member) => member.key === key);
  if (second) throw new TextProblem(text, second.property.offset, `the key "${key}" is there twice`);
  return first;
}

/**
 * The objects from the root along `keys`, as far as they exist. Throws when something on the way is no object or a key is there
 * twice.
 */
export function objectsAlong(text: string, root: Node | null, keys: readonly string[]): Node[] {
  if (root === null) return [];
  if (root.type !== 'object') throw new TextProblem(text, root.offset, 'it is not an object');
  const objects = [root];
  let object = root;
  for (const key of keys) {
    const member = memberOf(text, object, key);
    if (member === undefined) break;
    if (member.value.type !== 'object') {
      throw new TextProblem(text, member.value.offset, `"${key}" is not an object`);
    }
    object = member.value;
    objects.push(object);
  }
  return objects;
}

/** A comma or a comment between two values. */
export interface Mark {
  readonly kind: 'comma' | 'line-comment' | 'block-comment';
  readonly start: number;
  readonly end: number;
}

/** Commas and comments in a stretch of text that holds no values. */
export function marksBetween(text: string, start: number, end: number): Mark[] {
  const kinds: Readonly<Record<number, Mark['kind']>> = { 5: 'comma', 12: 'line-comment', 13: 'block-comment' };
  const marks: Mark[] = [];
  const scanner = createScanner(text.slice(start, end), false);
  for (let token: number = scanner.scan(); token !== END_OF_TEXT; token = scanner.scan()) {
    const kind = kinds[token];
    const at = start + scanner.getTokenOffset();
    if (kind) marks.push({ kind, start: at, end: at + scanner.getTokenLength() });
  }
  return marks;
}

/** jsonc-parser's `SyntaxKind` is a const enum, which isolated modules cannot use: 5, 12, 13 above and this. */
const END_OF_TEXT = 17;

/** jsonc-parser lets a few things pass that JSON.parse does not. */
function requireStrictJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new TextProblem(text, Number(position ?? 0), 'it is not strict JSON');
  }
}

function sentenceOf(code: string): string {
  switch (code) {
    case 'InvalidCommentToken':
      return 'this client does not accept comments';
    case 'PropertyNameExpected':
      return 'a property name in double quotes is expected here';
    case 'ValueExpected':
      return 'a value is expected here';
    default:
      // "CommaExpected" → "comma expected", as VS Code's editor says it.
      return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  }
}
