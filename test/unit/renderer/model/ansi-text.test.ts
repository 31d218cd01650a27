import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText, styledParts } from '../../../../renderer/model/ansi-text.ts';

const esc = '\u001b';

test('colours become names, everything else of a terminal goes', () => {
  const text = `${esc}[2K${esc}[31;1mbad${esc}[0m ok ${esc}]8;;https://x\u0007link${esc}]8;;\u0007 ${esc}[92mgood`;
  expect(plainText(text)).toBe('bad ok link good');
  expect(styledParts(text, '').map(({ text: part, color, bold }) => [part, color, bold])).toEqual([
    ['bad', 'red', true],
    [' ok link ', null, false],
    ['good', 'bright-green', false],
  ]);
});

test('a match is marked, also across colours', () => {
  expect(styledParts(`a${esc}[31mB${esc}[0mcab`, 'ab').map(({ text, match }) => [text, match])).toEqual([
    ['a', true],
    ['B', true],
    ['c', false],
    ['ab', true],
  ]);
});

test('no letter is lost or doubled, whatever is searched', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ maxLength: 3 }), (text, search) => {
      const joined = styledParts(text, search)
        .map((part) => part.text)
        .join('');
      expect(joined).toBe(text.includes(esc) ? plainText(text) : text);
    }),
  );
});
