import { describe, expect, test } from 'vitest';
import { checkValue } from '../../../../renderer/model/schema-check.ts';
import { type Draft, draftFrom, emptyDraft, readDraft } from '../../../../renderer/model/schema-draft.ts';
import { fieldOf } from '../../../../renderer/model/schema-field.ts';

const object = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
});

/** What a form for the schema would send for what stands in its controls. */
function sent(schema: unknown, draft: Draft) {
  const { value, problems } = readDraft(fieldOf(schema), draft, true);
  return problems.length > 0 ? problems : value;
}

describe('the control for a schema', () => {
  const kindOf = (schema: unknown) => {
    const field = fieldOf(object({ it: schema }));
    return field.kind === 'object' ? field.members[0]?.field.kind : null;
  };
  test.each([
    ['an enum', { type: 'string', enum: ['a', 'b'] }, 'choice'],
    ['oneOf constants', { oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] }, 'choice'],
    ['a constant', { const: 7 }, 'choice'],
    ['a string', { type: 'string' }, 'string'],
    ['a nullable string', { type: ['string', 'null'] }, 'string'],
    ['anyOf with null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'number'],
    ['an integer', { type: 'integer' }, 'number'],
    ['a boolean', { type: 'boolean' }, 'boolean'],
    ['an array of strings', { type: 'array', items: { type: 'string' } }, 'array'],
    ['an array of objects', { type: 'array', items: object({ a: { type: 'string' } }) }, 'array'],
    ['a nested object', object({ a: { type: 'string' } }), 'object'],
    ['a free-form object', { type: 'object', additionalProperties: true }, 'json'],
    ['an array without items', { type: 'array' }, 'json'],
    ['two types', { type: ['string', 'number'] }, 'json'],
    ['alternatives', { anyOf: [{ type: 'string' }, object({ a: {} })] }, 'json'],
    ['no type at all', {}, 'json'],
    ['true', true, 'json'],
  ])('%s', (_, schema, kind) => {
    expect(kindOf(schema)).toBe(kind);
  });

  test('references are followed, also ones that contain themselves', () => {
    const schema = {
      $defs: { node: object({ name: { type: 'string' }, child: { $ref: '#/$defs/node' } }) },
      ...object({ root: { $ref: '#/$defs/node', description: 'the root' } }),
    };
    const field = fieldOf(schema);
    const root = field.kind === 'object' ? field.members[0]?.field : null;
    expect([root?.kind, root?.description]).toEqual(['object', 'the root']);
  });

  test('a tool without arguments has a form without members', () => {
    expect(fieldOf({ type: 'object' })).toMatchObject({ kind: 'object', members: [] });
  });

  test('required members come first', () => {
    const field = fieldOf(object({ a: { type: 'string' }, b: { type: 'string' } }, ['b']));
    expect(field.kind === 'object' && field.members.map(({ name, required }) => [name, required])).toEqual([
      ['b', true],
      ['a', false],
    ]);
  });
});

describe('what is sent', () => {
  test('blank is absent, at every depth', () => {
    const schema = object({
      name: { type: 'string' },
      on: { type: 'boolean' },
      many: { type: 'array', items: { type: 'string' } },
      inner: object({ x: { type: 'string' } }),
    });
    expect(sent(schema, emptyDraft(fieldOf(schema)))).toEqual({});
  });

  test('an optional object that nobody touched does not ask for its required members; a touched one does', () => {
    const schema = object({ inner: object({ x: { type: 'string' }, y: { type: 'string' } }, ['x']) });
    expect(sent(schema, { inner: { x: '', y: '' } })).toEqual({});
    expect(sent(schema, { inner: { x: '', y: 'typed' } })).toEqual([{ path: '/inner/x', message: 'this is required' }]);
  });

  test('a required blank is a problem with its place', () => {
    expect(sent(object({ 'a/b~c': { type: 'string' } }, ['a/b~c']), {})).toEqual([
      { path: '/a~1b~0c', message: 'this is required' },
    ]);
  });

  test('spaces in a text are sent as typed', () => {
    expect(sent(object({ s: { type: 'string' } }), { s: '  a ' })).toEqual({ s: '  a ' });
  });

  test.each([
    ['12', 12],
    ['-0.5', -0.5],
    ['1e3', 1000],
    [' 7 ', 7],
  ])('the number %j', (typed, value) => {
    expect(sent(object({ n: { type: 'number' } }), { n: typed })).toEqual({ n: value });
  });

  test.each(['0x10', '1,5', '١', '1e999', '12345678901234567890', '--1', '01', 'Infinity', 'NaN'])(
    '%j is not sent as a number',
    (typed) => {
      expect(sent(object({ n: { type: 'number' } }), { n: typed })).toMatchObject([{ path: '/n' }]);
    },
  );

  test('an integer is whole', () => {
    expect(sent(object({ n: { type: 'integer' } }), { n: '1.5' })).toEqual([
      { path: '/n', message: 'this must be a whole number' },
    ]);
  });

  test('choices keep their type', () => {
    const schema = object({ c: { enum: [1, '1', true] } });
    expect(['0', '1', '2'].map((index) => sent(schema, { c: index }))).toEqual([{ c: 1 }, { c: '1' }, { c: true }]);
  });

  test('false is sent, not taken for blank', () => {
    expect(sent(object({ b: { type: 'boolean' } }), { b: 'false' })).toEqual({ b: false });
  });

  test('arrays of objects and of numbers', () => {
    const schema = object({
      ports: { type: 'array', items: object({ port: { type: 'integer' } }, ['port']) },
      ns: { type: 'array', items: { type: 'number' } },
    });
    expect(sent(schema, { ports: [{ port: '80' }, { port: '443' }], ns: ['1', '2'] })).toEqual({
      ports: [{ port: 80 }, { port: 443 }],
      ns: [1, 2],
    });
    expect(sent(schema, { ports: [{ port: '' }], ns: [''] })).toEqual([
      { path: '/ports/0/port', message: 'fill this in or remove it' },
      { path: '/ns/0', message: 'fill this in or remove it' },
    ]);
  });

  test('JSON is read as it is, and its faults are named', () => {
    const schema = object({ j: {} });
    expect(sent(schema, { j: '{"a": [1, null]}' })).toEqual({ j: { a: [1, null] } });
    expect(sent(schema, { j: '{a' })).toMatchObject([
      { path: '/j', message: expect.stringContaining('not valid JSON') },
    ]);
  });

  test('a member called __proto__ is sent like any other', () => {
    const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}') as object;
    const { value } = readDraft(fieldOf(schema), JSON.parse('{"__proto__":"x"}') as Draft, true);
    expect(JSON.stringify(value)).toBe('{"__proto__":"x"}');
  });
});

describe('defaults', () => {
  const schema = object({ must: { type: 'string', default: 'table' }, may: { type: 'string', default: 'table' } }, [
    'must',
  ]);
  test('fill in what is required and leave the rest to the server', () => {
    expect(sent(schema, emptyDraft(fieldOf(schema), true))).toEqual({ must: 'table' });
  });
});

describe('from a value back to the controls', () => {
  const schema = object({
    s: { type: 'string' },
    n: { type: 'number' },
    b: { type: 'boolean' },
    c: { enum: ['x', 'y'] },
    list: { type: 'array', items: object({ k: { type: 'string' } }) },
    free: { type: 'object' },
  });
  const field = fieldOf(schema);

  test('what a form can show survives the way there and back', () => {
    const value = { s: 'a', n: 1.5, b: false, c: 'y', list: [{ k: 'v' }], free: { deep: [1] } };
    const draft = draftFrom(field, value);
    expect(draft && readDraft(field, draft, true)).toEqual({ value, problems: [] });
  });

  test.each([
    ['a member that the schema does not know', { extra: 1 }],
    ['another type', { s: 1 }],
    ['an empty text, which would be absent', { s: '' }],
    ['null', { n: null }],
    ['an empty list, which would be absent', { list: [] }],
    ['a choice that there is not', { c: 'z' }],
  ])('%s stays JSON, because the form would not send it', (_, value) => {
    expect(draftFrom(field, value)).toBeNull();
  });
});

describe('checking against the schema', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: { type: 'string', pattern: '^[a-z]+$' },
      list: { type: 'array', items: { type: 'integer', minimum: 1 } },
    },
  };
  test('what fits has no problems', () => {
    expect(checkValue(schema, { name: 'abc', list: [1] })).toEqual([]);
  });
  test('problems have their place', () => {
    const problems = checkValue(schema, { name: 'ABC', list: [1, 0], more: 1 });
    expect(problems.map(({ path }) => path).sort()).toEqual(['', '/list/1', '/name']);
    expect(problems.every(({ message }) => message !== '')).toBe(true);
  });
  test('an older edition of JSON Schema is understood', () => {
    expect(
      checkValue({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', required: ['a'] }, {}),
    ).toHaveLength(1);
  });
  test('a schema that nobody can understand does not stand in the way', () => {
    expect(checkValue({ $ref: 'https://example.org/nowhere' }, {})).toEqual([]);
  });
});
