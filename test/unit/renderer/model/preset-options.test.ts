import { describe, expect, test } from 'vitest';
import type { PresetOption } from '../../../../contract/model/preset.ts';
import {
  draftsOf,
  listMembers,
  optionChanges,
  readOption,
  readOptions,
} from '../../../../renderer/model/preset-options.ts';

const option = (type: PresetOption['type'], more: Partial<PresetOption> = {}): PresetOption => ({
  name: 'it',
  type,
  title: 'It',
  description: '',
  ...more,
});

describe('reading a control', () => {
  test.each([
    ['string', ' a ', 'a'],
    ['number', '1.5', 1.5],
    ['boolean', 'false', false],
    ['json', '["a"]', '["a"]'],
    ['list', 'a,b', 'a,b'],
  ] as const)('%s %j', (type, draft, value) => {
    expect(readOption(option(type), draft)).toEqual({ value, problem: null });
  });

  test.each([
    ['number', 'x'],
    ['number', 'Infinity'],
    ['json', '[a]'],
  ] as const)('%s %j is a problem', (type, draft) => {
    expect(readOption(option(type), draft)).toMatchObject({ value: undefined, problem: expect.any(String) });
  });

  test('blank is not sent, and is a problem only where it is required', () => {
    expect([readOption(option('string'), '  '), readOption(option('string', { required: true }), undefined)]).toEqual([
      { value: undefined, problem: null },
      { value: undefined, problem: 'this is required' },
    ]);
  });
});

test('what a server has comes back unchanged from its form', () => {
  const options = [option('number', { name: 'n' }), option('boolean', { name: 'b' }), option('json', { name: 'j' })];
  const values = { n: 0, b: false, j: '{}' };
  const reading = readOptions(options, draftsOf(values));
  expect([reading, optionChanges(values, reading.values)]).toEqual([{ values, problems: {} }, {}]);
});

test('a change names what is new, and null for what goes back to its default', () => {
  expect(optionChanges({ a: 1, b: 'x', c: true }, { a: 2, c: true, d: 'new' })).toEqual({ a: 2, b: null, d: 'new' });
});

test('members of a list', () => {
  expect([listMembers(undefined), listMembers('a, b,,c ')]).toEqual([[], ['a', 'b', 'c']]);
});
