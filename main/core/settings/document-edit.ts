import { type Document, isCollection, isMap, isSeq } from 'yaml';

/** One change to a document: the value at a path; `undefined` removes it. */
export interface DocumentEdit {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What must change in `before` to make it `after`, as small edits. Objects are compared key by key, anything else as a whole. */
export function difference(before: unknown, after: unknown, path: readonly string[] = []): DocumentEdit[] {
  if (!isPlainObject(before) || !isPlainObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, value: after }];
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    if (!Object.hasOwn(after, key) || after[key] === undefined) {
      return before[key] === undefined ? [] : [{ path: [...path, key], value: undefined }];
    }
    return Object.hasOwn(before, key)
      ? difference(before[key], after[key], [...path, key])
      : [{ path: [...path, key], value: after[key] }];
  });
}

/** Applies edits so that comments, order and everything else stay as they are. */
export function applyEdits(document: Document, edits: readonly DocumentEdit[]): void {
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn(path);
    else if (!editList(document, path, value)) setIn(document, path, value);
  }
}

/** A list whose kept items keep their order is edited item by item, so that comments at the items stay. */
function editList(document: Document, path: readonly string[], value: unknown): boolean {
  const node = document.getIn(path, true);
  if (!isSeq(node) || !Array.isArray(value)) return false;
  const wanted = value.map((item) => JSON.stringify(item));
  const kept = node.items.map((item) =>
    JSON.stringify(isCollection(item) ? item.toJSON() : (item as { value?: unknown })?.value),
  );
  const staying = kept.filter((item) => wanted.includes(item));
  if (staying.some((item, index) => item !== wanted[index])) return false;
  for (let index = kept.length - 1; index >= 0; index -= 1) {
    if (!wanted.includes(kept[index] ?? '')) node.delete(index);
  }
  for (const item of value.slice(staying.length)) node.add(document.createNode(item));
  return true;
}

/** Sets a value; what is empty on the way (nothing, or `{}`) becomes a block map, as a person would write it. */
function setIn(document: Document, path: readonly string[], value: unknown): void {
  for (let depth = 0; depth < path.length; depth += 1) {
    const parent = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isMap(parent)) {
      if (parent.items.length === 0) parent.flow = false;
    } else if (!isCollection(parent)) {
      const empty = document.createNode({});
      if (depth > 0) document.setIn(path.slice(0, depth), empty);
      else document.contents = empty;
    }
  }
  document.setIn(path, document.createNode(value));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
