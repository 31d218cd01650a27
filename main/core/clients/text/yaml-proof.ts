import { isAlias, isMap, isNode, isScalar, isSeq, Lexer, type Node, type Pair } from 'yaml';
import type { ConfigPlace } from './config-text.ts';
import { lineStartAt } from './text-lines.ts';
import { entryNameOf, kindOf } from './yaml-edit.ts';
import { lineBehind } from './yaml-place.ts';
import { containerAt, isBlank, isEmptyValue, isFlow, parseYaml, slotsOf, type YamlText } from './yaml-text.ts';

/**
 * Whether two texts say the same, in the same order and spelling, but for the entries `names`; a container that is missing, null or
 * empty counts as empty. Comments, directives and document markers outside of the entries count. Both must parse, else `TextProblem`.
 */
export function sameYamlOutside(
  before: string,
  after: string,
  place: ConfigPlace,
  names: ReadonlySet<string>,
): boolean {
  const [left, right] = [parseYaml(before), parseYaml(after)];
  return (
    sameBut(left.root, right.root, [left, right], place, place.keys, names) &&
    marksOutside(left, place, names).join('\n') === marksOutside(right, place, names).join('\n')
  );
}

type Texts = readonly [YamlText, YamlText];

function sameBut(
  left: Node | null,
  right: Node | null,
  texts: Texts,
  place: ConfigPlace,
  keys: readonly string[],
  names: ReadonlySet<string>,
): boolean {
  const [key, ...deeper] = keys;
  const rest = (node: Node | null, yaml: YamlText) => {
    if (node === null || isEmptyValue(node)) return [];
    if (!isMap(node) && !isSeq(node)) return null;
    if (key === undefined) {
      return slotsOf(yaml.text, node)
        .filter((slot) => !names.has(entryNameOf(yaml, place, slot) ?? '\0'))
        .map(({ pair, value }) => pair ?? value);
    }
    return isMap(node) ? node.items.filter((pair) => keyOf(pair) !== key) : null;
  };
  const [mine, theirs] = [rest(left, texts[0]), rest(right, texts[1])];
  if (mine === null || theirs === null || !sameItems(mine, theirs)) return false;
  if (key === undefined) return true;
  const inner = (node: Node | null) => {
    const value = isMap(node) ? node.items.find((pair) => keyOf(pair) === key)?.value : null;
    return isNode(value) ? value : null;
  };
  return sameBut(inner(left), inner(right), texts, place, deeper, names);
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameNode(item, right[index]));
}

function sameNode(left: unknown, right: unknown): boolean {
  if (isPairLike(left) && isPairLike(right)) return sameNode(left.key, right.key) && sameNode(left.value, right.value);
  if (!isNode(left) || !isNode(right)) return isBlank(asNode(left)) && isBlank(asNode(right));
  if (isAlias(left) || isAlias(right)) return isAlias(left) && isAlias(right) && left.source === right.source;
  if (left.anchor !== right.anchor || left.tag !== right.tag) return false;
  if (isScalar(left) && isScalar(right)) {
    return Object.is(left.value, right.value) && left.type === right.type && left.source === right.source;
  }
  const alike = (isMap(left) && isMap(right)) || (isSeq(left) && isSeq(right));
  return alike && left.flow === right.flow && sameItems(left.items, right.items);
}

function isPairLike(item: unknown): item is Pair {
  return typeof item === 'object' && item !== null && !isNode(item) && 'key' in item;
}

function asNode(item: unknown): Node | null {
  return isNode(item) ? item : null;
}

function keyOf({ key }: Pair): string | null {
  return isScalar(key) ? String(key.value) : null;
}

/** Comments, directives and document markers that do not stand in the entries. */
function marksOutside(yaml: YamlText, place: ConfigPlace, names: ReadonlySet<string>): string[] {
  const { text } = yaml;
  const container = containerAt(yaml, place.keys, kindOf(place));
  const spans = (container ? slotsOf(text, container) : [])
    .filter((slot) => names.has(entryNameOf(yaml, place, slot) ?? '\0'))
    .map((slot) =>
      container && isFlow(container)
        ? { start: slot.start, end: slot.end }
        : { start: lineStartAt(text, slot.start), end: lineBehind(text, slot) },
    );
  return marksOf(text)
    .filter(({ start }) => !spans.some((span) => span.start <= start && start < span.end))
    .map((mark) => mark.source);
}

function marksOf(text: string): { readonly start: number; readonly source: string }[] {
  const marks: { start: number; source: string }[] = [];
  let start = 0;
  let scalar = false;
  for (const source of new Lexer().lex(text)) {
    // The lexer announces scalars, whatever they begin with, and documents by characters that are not in the text.
    if (source === SCALAR || source === DOCUMENT || source === FLOW_ERROR_END) {
      scalar = source === SCALAR;
      continue;
    }
    if (!scalar && /^(?:#|%|---$|\.\.\.$)/.test(source)) marks.push({ start, source });
    scalar = false;
    start += source.length;
  }
  return marks;
}

const DOCUMENT = '\u0002';
const FLOW_ERROR_END = '\u0018';
const SCALAR = '\u001f';
