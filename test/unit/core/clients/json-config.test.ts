import { describe, expect, it } from 'vitest';
import { TextProblem } from '../../../../main/core/clients/text/config-text.ts';
import { configTexts } from '../../../../main/core/clients/text/config-texts.ts';

const { jsonc } = configTexts;
const place = { keys: ['servers'], nameField: null };

describe('JSON as a format of clients’ files', () => {
  it('refuses servers in a list rather than take it for a map', () => {
    const list = { keys: ['servers'], nameField: 'name' };
    for (const text of ['{"servers": [{"name": "a"}]}', '{}', '']) {
      expect(() => jsonc.entries(text, list)).toThrow(TextProblem);
      expect(() => jsonc.set(text, list, 'a', {})).toThrow(TextProblem);
      expect(() => jsonc.remove(text, list, 'a', null)).toThrow(TextProblem);
    }
  });

  it('finds the values of headers and variables at any depth', () => {
    const text =
      '{"servers": {"x": {"url": "no", "env": {"A": "1", /* c */ "B": 2}, "options": {"Headers": {"C": "3", "d": {"e": "4"}}}}}, "env": {"no": "no"}}';
    const spans = jsonc.stringsUnder(text, place, /headers$|^env$/i);
    expect(spans.map(({ start, end, value }) => [text.slice(start, end), value])).toEqual([
      ['"1"', '1'],
      ['"3"', '3'],
      ['"4"', '4'],
    ]);
    expect(jsonc.stringsUnder('{', place, /env/)).toEqual([]);
  });
});
