import { isRecord } from './same-value.ts';
import type { YamlStyle } from './yaml-style.ts';

/** Words that one reader or another takes for something else than a string. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** A member as lines: `name: value`, objects and lists below it, indented by one step. */
export function printYamlMember(name: string, value: unknown, style: YamlStyle): string[] {
  const [first = '', ...rest] = printYamlValue(value, style, Array.isArray(value) ? style.listIndent : style.indent);
  return [`${printYamlString(name)}:${first === '' ? '' : ` ${first}`}`, ...rest];
}

/** An object as an element of a list, its name first. */
export function printYamlElement(value: object, style: YamlStyle): string[] {
  const lines = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : printYamlMember(key, item, style),
  );
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
}

/** What stands behind a colon and in the lines below: the first is empty for a value that begins on a line of its own. */
export function printYamlValue(value: unknown, style: YamlStyle, indent: number): string[] {
  const below = (lines: string[]) => ['', ...lines.map((line) => ' '.repeat(indent) + line)];
  if (Array.isArray(value) && value.length > 0) return below(value.flatMap((item) => printItem(item, style)));
  if (isRecord(value) && Object.values(value).some((item) => item !== undefined)) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return below(members.flatMap(([key, item]) => printYamlMember(key, item, style)));
  }
  return [typeof value === 'string' ? printYamlString(value) : printYamlInline(value)];
}

/** A value on one line, as JSON: what is in braces may have to stay JSON. */
export function printYamlInline(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(printYamlInline).join(', ')}]`;
  if (!isRecord(value)) return printNumberOrWord(value);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${members.map(([key, item]) => `${quoted(key)}: ${printYamlInline(item)}`).join(', ')}}`;
}

/** A string that every reader of YAML 1.1 or 1.2 takes for this string; quoted as JSON unless it is a plain word. */
export function printYamlString(value: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(value) && !RESERVED.test(value) ? value : quoted(value);
}

function quoted(value: string): string {
  // Line breaks to YAML 1.1, and what neither YAML nor an editor shows.
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function printItem(value: unknown, style: YamlStyle): string[] {
  if (isRecord(value) && Object.values(value).some((item) => item !== undefined)) return printYamlElement(value, style);
  return [`- ${typeof value === 'string' ? printYamlString(value) : printYamlInline(value)}`];
}

function printNumberOrWord(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  // YAML 1.1 knows an exponent only behind a fraction.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value).replace(/^(-?\d+)e/, '$1.0e');
  throw new TypeError(`YAML has no ${String(value)} that all readers know`);
}
