import type { ToolResult } from '../../contract/model/inspector.ts';

export interface ResultTable {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const MAX_COLUMNS = 40;

/** The JSON of a result: its structured content, else a text that is JSON. Undefined when there is none. */
export function resultJson(result: ToolResult): unknown {
  if (result.structuredContent !== undefined) return result.structuredContent;
  for (const part of result.content ?? []) {
    if (part.type !== 'text') continue;
    const parsed = parseJson(part['text']);
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}

/**
 * A table, where the JSON is one: a list of objects, or an object with just one such list, as `{items: […]}` is.
 * Text that only looks like a table stays text.
 */
export function tableOf(json: unknown): ResultTable | null {
  const rows = rowsOf(json) ?? onlyList(json);
  if (!rows) return null;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return columns.length === 0 || columns.length > MAX_COLUMNS ? null : { columns, rows };
}

function rowsOf(value: unknown): ResultTable['rows'] | null {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord) ? value : null;
}

function onlyList(value: unknown): ResultTable['rows'] | null {
  if (!isRecord(value)) return null;
  const lists = Object.values(value).filter((member) => Array.isArray(member));
  return lists.length === 1 ? rowsOf(lists[0]) : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value in a cell: short text as it is, everything else as JSON. */
export function cellText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
