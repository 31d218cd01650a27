import { expect, test } from 'vitest';
import type { PresetOption } from '../../../contract/model/preset.ts';
import { optionValues, splitAssignment, toolArguments } from '../../../main/cli/typed-values.ts';

const option = (name: string, type: PresetOption['type']): PresetOption => ({
  name,
  type,
  title: name,
  description: name,
});
const options = [option('level', 'number'), option('on', 'boolean'), option('name', 'string'), option('map', 'json')];

test('options are typed by their preset', () => {
  expect(optionValues(['level=2', 'on=true', 'name=a=b', 'map={"a":"1"}'], options, 'p')).toEqual({
    level: 2,
    on: true,
    name: 'a=b',
    map: '{"a":"1"}',
  });
  expect(optionValues(['name=true', 'on=off', 'name='], options, 'p')).toEqual({ name: '', on: false });
});

test.each([
  [['level=much'], '"level" takes a number, not "much".'],
  [['level='], '"level" takes a number'],
  [['on=maybe'], '"on" takes true or false'],
  [['speed=1'], 'has no option "speed"'],
  [['name'], 'is not of the form NAME=VALUE'],
])('%j is refused', (assignments, says) => {
  expect(() => optionValues(assignments, options, 'p')).toThrow(
    expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(says) }),
  );
});

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    namespace: { type: 'string' },
    tail: { type: 'integer' },
    ratio: { type: 'number' },
    previous: { type: 'boolean' },
    labels: { type: 'object' },
    names: { type: 'array' },
    replicas: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    maybe: { type: ['null', 'string'] },
    anything: {},
  },
};

test('arguments are typed by the schema of the tool', () => {
  expect(
    toolArguments(
      undefined,
      [
        'namespace=123',
        'tail=10',
        'ratio=0.5',
        'previous=true',
        'labels={"a":1}',
        'names=["x"]',
        'replicas=3',
        'maybe=null',
        'anything=[1]',
      ],
      schema,
    ),
  ).toEqual({
    namespace: '123',
    tail: 10,
    ratio: 0.5,
    previous: true,
    labels: { a: 1 },
    names: ['x'],
    replicas: 3,
    maybe: null,
    anything: [1],
  });
  expect(toolArguments(undefined, ['anything=plain text', 'replicas=all'], schema)).toEqual({
    anything: 'plain text',
    replicas: 'all',
  });
});

test('--arg wins over --args', () => {
  expect(toolArguments('{"namespace":"a","tail":1}', ['namespace=b'], schema)).toEqual({ namespace: 'b', tail: 1 });
});

test.each([
  [undefined, ['tail=1.5'], '"tail" takes integer'],
  [undefined, ['previous=later'], '"previous" takes boolean'],
  [undefined, ['labels=a'], '"labels" takes object'],
  [undefined, ['nmespace=x'], 'has no argument "nmespace"'],
  ['[1]', [], '--args takes one JSON object'],
  ['{', [], '--args takes one JSON object'],
])('%j with %j is refused', (json, assignments, says) => {
  expect(() => toolArguments(json, assignments, schema)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(says) }),
  );
});

test('a name that could reach an object is only a key', () => {
  expect(Object.keys(toolArguments('{"__proto__":{"a":1}}', [], {}))).toEqual(['__proto__']);
  expect(splitAssignment('a=')).toEqual(['a', '']);
});
