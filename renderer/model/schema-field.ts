/** A JSON Schema as it comes from a server: unknown until looked at. */
export type Schema = Readonly<Record<string, unknown>>;

interface Common {
  readonly schema: Schema;
  readonly title: string | null;
  readonly description: string | null;
  /** As the schema says; undefined when it has none. */
  readonly fallback: unknown;
}

/** How one value is edited. What no control fits is edited as JSON. */
export type SchemaField = Common &
  (
    | { readonly kind: 'choice'; readonly choices: readonly { readonly value: unknown; readonly label: string }[] }
    | { readonly kind: 'string'; readonly long: boolean }
    | { readonly kind: 'number'; readonly integer: boolean }
    | { readonly kind: 'boolean' }
    | { readonly kind: 'array'; readonly item: SchemaField }
    | { readonly kind: 'object'; readonly members: readonly SchemaMember[] }
    | { readonly kind: 'json' }
  );

export interface SchemaMember {
  readonly name: string;
  readonly required: boolean;
  readonly field: SchemaField;
}

/** Schemas that refer to themselves end here, in JSON. */
const MAX_DEPTH = 6;

/** How to edit a value of this schema. `root` is where its `$ref`s look. */
export function fieldOf(schema: unknown, root: unknown = schema, depth = 0): SchemaField {
  const plain = withoutNull(resolve(schema, root), root);
  const common: Common = {
    schema: plain,
    title: text(plain['title']),
    description: text(plain['description']),
    fallback: plain['default'],
  };
  const choices = choicesOf(plain, root);
  if (choices) return { ...common, kind: 'choice', choices };
  if (depth >= MAX_DEPTH || combines(plain)) return { ...common, kind: 'json' };
  switch (typeOf(plain)) {
    case 'string':
      return { ...common, kind: 'string', long: isLong(plain) };
    case 'number':
      return { ...common, kind: 'number', integer: false };
    case 'integer':
      return { ...common, kind: 'number', integer: true };
    case 'boolean':
      return { ...common, kind: 'boolean' };
    case 'array':
      return isSchema(plain['items'])
        ? { ...common, kind: 'array', item: fieldOf(plain['items'], root, depth + 1) }
        : { ...common, kind: 'json' };
    case 'object':
      return objectField(plain, common, root, depth);
    default:
      return { ...common, kind: 'json' };
  }
}

function objectField(schema: Schema, common: Common, root: unknown, depth: number): SchemaField {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const names = Object.keys(properties);
  // Free-form objects have no members to show. A tool without arguments does: none.
  if (names.length === 0 && depth > 0) return { ...common, kind: 'json' };
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const members = names.map((name) => ({
    name,
    required: required.includes(name),
    field: fieldOf(properties[name], root, depth + 1),
  }));
  return {
    ...common,
    kind: 'object',
    members: [...members.filter((m) => m.required), ...members.filter((m) => !m.required)],
  };
}

/** Enums and unions of constants, each value as it is: `1` stays a number, `"1"` a string. */
function choicesOf(schema: Schema, root: unknown) {
  const named = (value: unknown, label: unknown) => ({
    value,
    label: typeof label === 'string' ? label : typeof value === 'string' ? value : JSON.stringify(value),
  });
  if (Array.isArray(schema['enum'])) {
    const names = Array.isArray(schema['enumNames']) ? schema['enumNames'] : [];
    return schema['enum'].map((value, index) => named(value, names[index]));
  }
  if ('const' in schema) return [named(schema['const'], schema['title'])];
  const union = schema['oneOf'] ?? schema['anyOf'];
  if (!Array.isArray(union) || union.length === 0) return null;
  const members = union.map((member) => resolve(member, root));
  if (!members.every((member) => 'const' in member)) return null;
  return members.map((member) => named(member['const'], member['title']));
}

/** A nullable schema without its null: absent says the same in a form. */
function withoutNull(schema: Schema, root: unknown): Schema {
  if (Array.isArray(schema['type'])) {
    const types = schema['type'].filter((type) => type !== 'null');
    if (types.length === 1 && types.length < schema['type'].length) {
      const choices = Array.isArray(schema['enum']) ? { enum: schema['enum'].filter((value) => value !== null) } : {};
      return { ...schema, type: types[0], ...choices };
    }
  }
  for (const key of ['anyOf', 'oneOf']) {
    const union = schema[key];
    if (!Array.isArray(union)) continue;
    const others = union.map((member) => resolve(member, root)).filter((member) => member['type'] !== 'null');
    const [only] = others;
    if (only && others.length === 1 && union.length > 1) {
      const { [key]: _, ...rest } = schema;
      return { ...only, ...rest };
    }
  }
  return schema;
}

/** Follows local references; anything else is an empty schema, which allows everything. */
function resolve(schema: unknown, root: unknown, hops = 0): Schema {
  if (!isSchema(schema)) return {};
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  if (!ref.startsWith('#') || hops > 20) return {};
  let target: unknown = root;
  for (const part of ref.slice(1).split('/').filter(Boolean)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isSchema(target) || Array.isArray(target) ? (target as Record<string, unknown>)[key] : undefined;
  }
  const { $ref: _, ...beside } = schema;
  return { ...resolve(target, root, hops + 1), ...beside };
}

function typeOf(schema: Schema): string | null {
  const type = schema['type'];
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.length === 1 ? String(type[0]) : null;
  return isSchema(schema['properties']) ? 'object' : null;
}

/** Conditions over the whole value cannot be drawn as controls without hiding something. */
function combines(schema: Schema): boolean {
  return ['anyOf', 'oneOf', 'allOf', 'not', 'if'].some((key) => key in schema) && !isSchema(schema['properties']);
}

function isLong(schema: Schema): boolean {
  const words = `${text(schema['description']) ?? ''} ${text(schema['contentMediaType']) ?? ''} ${text(schema['format']) ?? ''}`;
  const limit = schema['maxLength'];
  return (typeof limit === 'number' && limit > 400) || /\b(yaml|json|manifest|multi-?line|markdown)\b/i.test(words);
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
