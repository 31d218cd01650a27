import {
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { TextProblem } from './config-text.ts';

export interface YamlText {
  readonly text: string;
  /** Null for a text that holds nothing but comments and white space. */
  readonly document: Document | null;
  /** Null also for a document without a value. */
  readonly root: Node | null;
}

/** A member of a map or an element of a list, with where it stands: from its first character to its last, comments aside. */
export interface YamlSlot {
  readonly start: number;
  readonly end: number;
  /** Where the comma before it stands, in a flow collection. */
  readonly comma: number | null;
  /** Null in lists. */
  readonly pair: Pair | null;
  readonly value: Node | null;
}

export type YamlCollection = YAMLMap | YAMLSeq;

/** Parses YAML 1.2 of one document, strictly. Throws `TextProblem`. */
export function parseYaml(text: string): YamlText {
  // Some readers take it for a line break and some for a character, so that nobody can say what the file means.
  const lone = /\r(?!\n)/.exec(text);
  if (lone) throw new TextProblem(text, lone.index, 'a line ends with a carriage return alone');
  const [document, second] = documentsOf(text);
  if (second) throw new TextProblem(text, second.range[0], 'it holds several documents');
  if (document === undefined) return { text, document: null, root: null };
  const [problem] = document.errors;
  if (problem) throw new TextProblem(text, problem.pos[0], sentenceOf(problem.message));
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined) {
        throw new TextProblem(text, alias.range?.[0] ?? 0, `there is no anchor "${alias.source}" before its alias`);
      }
    },
  });
  const { contents } = document;
  return { text, document, root: isNode(contents) && !isBlank(contents) ? contents : null };
}

/** A null that is written as nothing at all. */
export function isBlank(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]);
}

/** What stands in a collection, in the order of the text. */
export function slotsOf(text: string, collection: YamlCollection): YamlSlot[] {
  const source = collection.srcToken;
  const tokens = source && 'items' in source ? source.items.filter(holdsSomething) : [];
  const flow = source?.type === 'flow-collection';
  return collection.items.flatMap((item, index): YamlSlot[] => {
    const token = tokens[index];
    if (token === undefined) return [];
    const pair = isPair(item) ? item : null;
    const value = (pair ? pair.value : item) as Node | null;
    const comma = flow ? (token.start.find(({ type }) => type === 'comma')?.offset ?? null) : null;
    return [{ start: startOf(token), end: endOfItem(text, token, value), comma, pair, value: value ?? null }];
  });
}

/** Name of a member; null for a key that is no single value. */
export function nameOf({ pair }: YamlSlot): string | null {
  const key = pair?.key;
  return isScalar(key) ? String(key.value) : null;
}

/** The one member of that name; throws when there are two, such as `1` and `"1"`. */
export function slotOf(text: string, map: YAMLMap, name: string): YamlSlot | undefined {
  const [first, second] = slotsOf(text, map).filter((slot) => nameOf(slot) === name);
  if (second) throw new TextProblem(text, second.start, `the key "${name}" is there twice`);
  return first;
}

/**
 * The slots that lead from the root along `keys`, as far as they exist; all but the last hold maps. Throws `TextProblem` when something
 * on the way is no map, or stands in several places by an anchor or an alias.
 */
export function slotsAlong({ text, root }: YamlText, keys: readonly string[]): YamlSlot[] {
  const slots: YamlSlot[] = [];
  let node = root;
  for (const [index, key] of keys.entries()) {
    if (node === null || (index > 0 && isEmptyValue(node))) break;
    if (!isMap(node)) throw notA('map', text, node, keys[index - 1]);
    requireUnshared(text, node);
    const slot = slotOf(text, node, key);
    if (slot === undefined) break;
    slots.push(slot);
    node = slot.value;
  }
  return slots;
}

/** The container at the end of `keys`; null when it, or something on the way, is missing or null. Throws as `slotsAlong`. */
export function containerAt(yaml: YamlText, keys: readonly string[], kind: 'map' | 'list'): YamlCollection | null {
  const slots = slotsAlong(yaml, keys);
  if (slots.length < keys.length) return null;
  const node = keys.length === 0 ? yaml.root : (slots.at(-1)?.value ?? null);
  if (node === null) return null;
  requireUnshared(yaml.text, node);
  if (isEmptyValue(node)) return null;
  if (kind === 'map' ? isMap(node) : isSeq(node)) return node as YamlCollection;
  throw notA(kind, yaml.text, node, keys.at(-1));
}

/** Null, however it is written. */
export function isEmptyValue(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

export function isFlow(collection: YamlCollection): boolean {
  return collection.srcToken?.type === 'flow-collection';
}

/** Column of what stands in a block collection. */
export function indentOf(collection: YamlCollection): number {
  const source = collection.srcToken;
  return source && 'indent' in source ? source.indent : 0;
}

/** Offset behind a member's colon; null where it has none. */
export function colonEnd({ pair }: YamlSlot): number | null {
  const colon = pair?.srcToken?.sep?.find(({ type }) => type === 'map-value-ind');
  return colon ? colon.offset + 1 : null;
}

/** What an anchor or an alias shares with another place cannot be changed in one place only. */
export function requireUnshared(text: string, node: Node): void {
  if (!isAlias(node) && node.anchor === undefined) return;
  const what = isAlias(node) ? 'an alias' : 'an anchor';
  throw new TextProblem(text, node.range?.[0] ?? 0, `${what} shares this with another place of the file`);
}

function documentsOf(text: string): Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, { keepSourceTokens: true, prettyErrors: false, logLevel: 'silent' });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    if (error instanceof RangeError) throw new TextProblem(text, 0, 'it is nested too deeply');
    throw error;
  }
}

/** A token that stands for an item, and not only for comments or the last comma. */
function holdsSomething({ start, key, sep, value }: CST.CollectionItem): boolean {
  const marks = ['seq-item-ind', 'explicit-key-ind', 'anchor', 'tag'];
  return key != null || value != null || (sep?.length ?? 0) > 0 || start.some(({ type }) => marks.includes(type));
}

function startOf({ start, key, sep, value }: CST.CollectionItem): number {
  const skipped = ['space', 'newline', 'comment', 'comma'];
  const mark = start.find(({ type }) => !skipped.includes(type));
  return mark?.offset ?? key?.offset ?? sep?.[0]?.offset ?? value?.offset ?? 0;
}

function endOfItem(text: string, token: CST.CollectionItem, value: Node | null): number {
  if (value !== null && !isBlank(value)) return endOf(text, value);
  const marks = ['seq-item-ind', 'explicit-key-ind', 'map-value-ind', 'anchor', 'tag'];
  const last = [...token.start, ...(token.sep ?? [])].findLast(({ type }) => marks.includes(type));
  const key = token.key && 'source' in token.key ? token.key.offset + token.key.source.length : 0;
  return Math.max(last ? last.offset + last.source.length : 0, key);
}

/** End of the last thing that is said; a block scalar ends with its last line. */
function endOf(text: string, node: Node): number {
  if ((isMap(node) || isSeq(node)) && !isFlow(node)) {
    const last = slotsOf(text, node).at(-1);
    if (last) return last.end;
  }
  return node.range?.[1] ?? 0;
}

function notA(kind: 'map' | 'list', text: string, node: Node, key: string | undefined): TextProblem {
  return new TextProblem(text, node.range?.[0] ?? 0, `${key === undefined ? 'it' : `"${key}"`} is not a ${kind}`);
}

function sentenceOf(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
