import { describe, expect, test } from 'vitest';
import { cellText, resultJson, tableOf } from '../../../../renderer/model/result-table.ts';

describe('the JSON of a result', () => {
  test('is its structured content before any text', () => {
    expect(resultJson({ structuredContent: { a: 1 }, content: [{ type: 'text', text: '[2]' }] })).toEqual({ a: 1 });
  });
  test('is a text that is JSON', () => {
    expect(resultJson({ content: [{ type: 'image' }, { type: 'text', text: ' {"a": 1}' }] })).toEqual({ a: 1 });
  });
  test.each(['NAME  READY\npod-1  1/1', 'a: 1', '42', '"text"', '{broken'])('is none for the text %j', (text) => {
    expect(resultJson({ content: [{ type: 'text', text }] })).toBeUndefined();
  });
});

describe('a table', () => {
  test('is a list of objects with the columns of all of them', () => {
    expect(tableOf([{ a: 1 }, { b: 2, a: 3 }])).toEqual({ columns: ['a', 'b'], rows: [{ a: 1 }, { b: 2, a: 3 }] });
  });
  test('is the only list of an object', () => {
    expect(tableOf({ kind: 'PodList', items: [{ name: 'x' }] })?.rows).toEqual([{ name: 'x' }]);
  });
  test.each([[[]], [[1, 2]], [[{}]], [{ a: [{ x: 1 }], b: [{ y: 1 }] }], ['text'], [null], [[{ a: 1 }, 2]]])(
    'is not %j',
    (json) => {
      expect(tableOf(json)).toBeNull();
    },
  );
  test('shows texts as they are and the rest as JSON', () => {
    expect([cellText('a'), cellText(undefined), cellText(null), cellText({ a: [1] })]).toEqual([
      'a',
      '',
      'null',
      '{"a":[1]}',
    ]);
  });
});
