import { type Schema as CheckedSchema, type SchemaDraft, Validator } from '@cfworker/json-schema';
import type { Problem } from './schema-draft.ts';

/** Which edition of JSON Schema a schema says that it follows; MCP's default otherwise. */
function editionOf(schema: Readonly<Record<string, unknown>>): SchemaDraft {
  const name = String(schema['$schema'] ?? '');
  if (name.includes('draft-04')) return '4';
  if (name.includes('draft-06') || name.includes('draft-07')) return '7';
  return name.includes('2019-09') ? '2019-09' : '2020-12';
}

/** Keywords whose errors only say that something below is wrong, which has an error of its own; `false` is below `additionalProperties`. */
const wrappers: readonly string[] = ['properties', 'items', 'prefixItems', 'allOf', '$ref', 'false'];

/** Where a value does not fit a schema. A schema that cannot be understood is no reason to keep the user from trying. */
export function checkValue(schema: Readonly<Record<string, unknown>>, value: unknown): Problem[] {
  let errors: { keyword: string; instanceLocation: string; error: string }[];
  try {
    errors = new Validator(schema as CheckedSchema, editionOf(schema), false).validate(value).errors;
  } catch {
    return [];
  }
  const problems = errors
    .filter(({ keyword }) => !wrappers.includes(keyword))
    .map(({ instanceLocation, error }) => ({ path: instanceLocation.replace(/^#/, ''), message: readable(error) }));
  return problems.length > 0 || errors.length === 0
    ? problems
    : [{ path: '', message: readable(errors[0]?.error ?? 'does not fit the schema') }];
}

function readable(error: string): string {
  const sentence = error.replace(/\s+/g, ' ').replace(/\.$/, '');
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
