import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contextColours } from '../../../../contract/model/context-colours.ts';

const css = readFileSync(new URL('../../../../renderer/theme/tokens.css', import.meta.url), 'utf8');

/** The variables of all blocks with this selector. */
function tokens(selector: string): Record<string, string> {
  const blocks = [...css.matchAll(/([^{}]+)\{([^}]*)\}/g)].filter(
    ([, head]) => head?.replace(/\/\*.*?\*\//gs, '').trim() === selector,
  );
  return Object.fromEntries(
    blocks.flatMap(([, , body]) =>
      [...(body ?? '').matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gi)].map(([, name, value]) => [name, value]),
    ),
  );
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['bg', 'panel', 'raise', 'code', 'accent-bg'];
const texts = ['text', 'muted', 'faint', 'accent', 'ok', 'warn', 'bad', 'off', 'prod'];
const pairs = [
  ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
  ...['ok', 'warn', 'bad', 'prod'].map((tone) => [tone, `${tone}-bg`] as const),
  ...['ok-bg', 'warn-bg', 'bad-bg', 'mark'].flatMap((ground) => [['text', ground] as const]),
  ...['ok-bg', 'bad-bg', 'warn-bg'].flatMap((ground) => [['muted', ground] as const, ['faint', ground] as const]),
  ...['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].map(
    (name) => [`ansi-${name}`, 'panel'] as const,
  ),
  ['on-accent', 'accent'] as const,
];

describe.each([
  ['light', ':root'],
  ['dark', ':root.dark'],
])('%s', (_, selector) => {
  const colors = tokens(selector);
  test('text is readable on every ground (WCAG AA, 4.5)', () => {
    const weak = pairs
      .map(([text, ground]) => ({
        text,
        ground,
        ratio: contrast(colors[text] ?? '#000000', colors[ground] ?? '#000000'),
      }))
      .filter(({ ratio }) => ratio < 4.5);
    expect(weak).toEqual([]);
  });
  test('the colours of contexts can be seen and told apart from the ground (WCAG AA, 3)', () => {
    const marks = [...contextColours.map((name) => `ctx-${name}`), 'prod'];
    const weak = marks.flatMap((mark) =>
      grounds
        .filter((ground) => contrast(colors[mark] ?? '#000000', colors[ground] ?? '#000000') < 3)
        .map((on) => [mark, on]),
    );
    expect(weak).toEqual([]);
    expect(new Set(marks.map((mark) => colors[mark])).size).toBe(marks.length);
  });
  test('edges of controls can be seen (WCAG AA, 3)', () => {
    expect(
      ['panel', 'bg'].map((ground) => contrast(colors['control'] ?? '#000000', colors[ground] ?? '#000000') >= 3),
    ).toEqual([true, true]);
  });
});
