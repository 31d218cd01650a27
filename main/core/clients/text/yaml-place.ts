import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { TextProblem } from './config-text.ts';
import { cutLines, lineStartAt, nextLineAt, splice } from './text-lines.ts';
import { isFlow, slotsOf, type YamlCollection, type YamlSlot } from './yaml-text.ts';

/** Start of the line behind what a slot says; its comment on the same line stays before it. */
export function lineBehind(text: string, { end }: YamlSlot): number {
  return text[end - 1] === '\n' ? end : nextLineAt(text, end);
}

/**
 * Where the lines of a next member or element go: behind the last one and the comments below it. Comments right above what follows
 * belong to that.
 */
export function placeBehind(text: string, last: YamlSlot, indent: number): number {
  requireClosed(text, last);
  return behindComments(text, lineBehind(text, last), indent);
}

/** Where the first lines below a key go: as `placeBehind`. */
export function placeInside(text: string, behindColon: number, indent: number): number {
  return behindComments(text, nextLineAt(text, behindColon), indent);
}

/** Where the first lines of a document without a value go: behind its comments and its `---`. */
export function placeInBlank(text: string): number {
  const end = /^\.\.\.(?=\s|$)/m.exec(text)?.index ?? text.length;
  const content = text.slice(0, end).trimEnd().length;
  return content === 0 ? end : nextLineAt(text, content);
}

/** Takes a member or an element of a block collection out with its lines. */
export function cutLinesOf(text: string, slot: YamlSlot): string {
  const from = lineStartAt(text, slot.start);
  if (!/^ *$/.test(text.slice(from, slot.start))) {
    throw new TextProblem(text, slot.start, 'this does not begin on a line of its own');
  }
  return cutLines(text, from, lineBehind(text, slot));
}

/** Puts a member or an element into a flow collection, behind the last. */
export function insertIntoFlow(text: string, collection: YamlCollection, printed: string): string {
  const last = slotsOf(text, collection).at(-1);
  if (last) return splice(text, last.end, 0, `, ${printed}`);
  return splice(text, (collection.range?.[0] ?? 0) + 1, 0, printed);
}

/** Takes a member or an element of a flow collection out with the comma that separated it. */
export function cutFlowSlot(text: string, collection: YamlCollection, slot: YamlSlot): string {
  const slots = slotsOf(text, collection);
  const index = slots.findIndex(({ start }) => start === slot.start);
  if (slot.comma !== null) {
    const gap = text.slice(slot.comma + 1, slot.start);
    const from = /^ *$/.test(gap) ? slot.comma + 1 : slot.start;
    return splice(splice(text, from, slot.end - from, ''), slot.comma, 1, '');
  }
  const next = slots[index + 1]?.comma ?? lastComma(collection);
  if (next === null) return splice(text, slot.start, slot.end - slot.start, '');
  const space = /^ */.exec(text.slice(next + 1))?.[0].length ?? 0;
  const without = splice(text, next, 1 + space, '');
  return splice(without, slot.start, slot.end - slot.start, '');
}

/** The comma behind the last item. */
function lastComma(collection: YamlCollection): number | null {
  const source = collection.srcToken;
  const tokens = source && 'items' in source ? source.items : [];
  return tokens.at(-1)?.start.find(({ type }) => type === 'comma')?.offset ?? null;
}

function behindComments(text: string, from: number, indent: number): number {
  let at = from;
  let column = -1;
  for (;;) {
    const comment = /^( *)#/.exec(text.slice(at, nextLineAt(text, at)))?.[1];
    if (comment === undefined || comment.length < indent) break;
    column = comment.length;
    at = nextLineAt(text, at);
  }
  const following = /^( *)[^\s]/.exec(text.slice(at, nextLineAt(text, at)))?.[1];
  const belongsBelow = following !== undefined && following.length === column && !/^\.\.\.|^---/.test(text.slice(at));
  return belongsBelow ? from : at;
}

/** A block of text at the end of the file, without a line break behind it, would get one from a line below it. */
function requireClosed(text: string, { value, end }: YamlSlot): void {
  let leaf: Node | null = value;
  while ((isMap(leaf) || isSeq(leaf)) && !isFlow(leaf)) leaf = slotsOf(text, leaf).at(-1)?.value ?? null;
  const open = isScalar(leaf) && (leaf.type === 'BLOCK_LITERAL' || leaf.type === 'BLOCK_FOLDED');
  if (!open || end < text.length || text.endsWith('\n')) return;
  if (/^[|>]\d?-/.test(text.slice(leaf?.range?.[0]))) return;
  throw new TextProblem(text, end, 'the file ends within a block of text; put a line break behind it');
}
