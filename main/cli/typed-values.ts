import { BerthError } from '../../contract/errors.ts';
import type { PresetOption } from '../../contract/model/preset.ts';
import type { OptionValue } from '../../contract/model/server.ts';

/** Splits `NAME=VALUE`. Throws `invalid-argument` without `=` or name. */
export function splitAssignment(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new BerthError('invalid-argument', `"${text}" is not of the form NAME=VALUE.`, {
    hint: 'For example: --set log-level=2.',
  });
}

/** The `--set` assignments as option values, typed by the preset's options. Throws `invalid-argument` that names the option. */
export function optionValues(
  assignments: readonly string[],
  options: readonly PresetOption[],
  preset: string,
): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const [name, text] of assignments.map(splitAssignment)) {
    const option = options.find((candidate) => candidate.name === name);
    if (!option) {
      const known = options.map((candidate) => candidate.name).join(', ');
      throw new BerthError('invalid-argument', `The preset "${preset}" has no option "${name}".`, {
        hint: known === '' ? 'It has no options.' : `It has: ${known}.`,
      });
    }
    values[name] = optionValue(option, text);
  }
  return values;
}

function optionValue(option: PresetOption, text: string): OptionValue {
  if (option.type === 'boolean') {
    const value = truth(text);
    if (value === null) throw wrongType(option.name, 'true or false', text);
    return value;
  }
  if (option.type === 'number') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw wrongType(option.name, 'a number', text);
    return value;
  }
  return text;
}

/**
 * Arguments of a tool from `--args` and `--arg`, typed by its input schema; `--arg` wins over `--args`. A property whose
 * schema says nothing takes JSON where the text is JSON, else the text. Throws `invalid-argument`.
 */
export function toolArguments(
  json: string | undefined,
  assignments: readonly string[],
  schema: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const args = json === undefined ? {} : jsonObject(json);
  const properties = record(schema['properties']) ?? {};
  for (const [name, text] of assignments.map(splitAssignment)) {
    if (!Object.hasOwn(properties, name) && schema['additionalProperties'] === false) {
      throw new BerthError('invalid-argument', `The tool has no argument "${name}".`, {
        hint: `It has: ${Object.keys(properties).join(', ') || 'none'}.`,
      });
    }
    args[name] = argumentValue(name, text, typesOf(properties[name]));
  }
  return args;
}

function argumentValue(name: string, text: string, types: readonly string[]): unknown {
  for (const type of types) {
    if (type === 'string') return text;
    const value = parseAs(type, text);
    if (value !== undefined) return value;
  }
  if (types.length > 0) throw wrongType(name, types.join(' or '), text);
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** The value of a text as this JSON type; undefined when it is not one. */
function parseAs(type: string, text: string): unknown {
  if (type === 'boolean') return truth(text) ?? undefined;
  const value = parseJson(text);
  if (value === undefined) return undefined;
  if (type === 'integer') return Number.isInteger(value) ? value : undefined;
  if (type === 'array') return Array.isArray(value) ? value : undefined;
  if (type === 'object') return record(value) ?? undefined;
  if (type === 'null') return value === null ? null : undefined;
  return typeof value === type ? value : undefined;
}

/** JSON types that a schema allows, `string` last, since every text is one. */
function typesOf(schema: unknown): string[] {
  const of = record(schema);
  if (!of) return [];
  const alternatives = [of['anyOf'], of['oneOf']].flatMap((list) => (Array.isArray(list) ? list.flatMap(typesOf) : []));
  const own = of['type'];
  const named =
    typeof own === 'string' ? [own] : Array.isArray(own) ? own.filter((type) => typeof type === 'string') : [];
  const types = [...new Set([...named, ...alternatives])];
  return types.sort((a, b) => Number(a === 'string') - Number(b === 'string'));
}

function jsonObject(text: string): Record<string, unknown> {
  const value = record(parseJson(text));
  if (value) return { ...value };
  throw new BerthError('invalid-argument', '--args takes one JSON object.', {
    hint: `For example: --args '{"namespace":"default"}'.`,
  });
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function truth(text: string): boolean | null {
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  return /^(false|no|off|0)$/i.test(text) ? false : null;
}

function wrongType(name: string, expected: string, text: string): BerthError {
  return new BerthError('invalid-argument', `"${name}" takes ${expected}, not "${text}".`);
}
