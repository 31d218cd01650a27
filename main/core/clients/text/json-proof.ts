import { getNodeValue, type Node } from 'jsonc-parser';
import { type JsonDialect, membersOf, objectsAlong, parseJsonText } from './json-text.ts';

/**
 * Whether two texts say the same, in the same order, but for the entries `names` in the object at `keys`; an object along `keys`
 * that is missing counts as empty. Both must parse, else `TextProblem`.
 */
export function sameOutside(
  before: string,
  after: string,
  dialect: JsonDialect,
  keys: readonly string[],
  names: ReadonlySet<string>,
): boolean {
  return sameBut(parseJsonText(before, dialect), parseJsonText(after, dialect), keys, names);
}

/** All entries by name; of two with the same name the last, as JSON.parse has it. */
export function entriesIn(text: string, dialect: JsonDialect, keys: readonly string[]): Map<string, unknown> {
  const objects = objectsAlong(text, parseJsonText(text, dialect), keys);
  const container = objects.length > keys.length ? objects.at(-1) : undefined;
  return new Map(container ? membersOf(container).map(({ key, value }) => [key, getNodeValue(value)]) : []);
}

function sameBut(
  before: Node | null,
  after: Node | null,
  keys: readonly string[],
  names: ReadonlySet<string>,
): boolean {
  const [key, ...deeper] = keys;
  const left = before === null ? [] : membersOf(before);
  const right = after === null ? [] : membersOf(after);
  const skip = (name: string) => (key === undefined ? names.has(name) : name === key);
  const restLeft = left.filter((member) => !skip(member.key));
  const restRight = right.filter((member) => !skip(member.key));
  const sameRest =
    restLeft.length === restRight.length &&
    restLeft.every((member, index) => {
      const other = restRight[index];
      return other !== undefined && other.key === member.key && sameNode(member.value, other.value);
    });
  if (!sameRest || key === undefined) return sameRest;
  const inner = (members: typeof left) => members.find((member) => member.key === key)?.value ?? null;
  return sameBut(inner(left), inner(right), deeper, names);
}

function sameNode(left: Node, right: Node): boolean {
  if (left.type !== right.type) return false;
  const [mine, theirs] = [left.children ?? [], right.children ?? []];
  if (mine.length !== theirs.length || left.value !== right.value) return false;
  return mine.every((child, index) => {
    const other = theirs[index];
    return other !== undefined && sameNode(child, other);
  });
}
