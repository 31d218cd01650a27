import { expect, test } from 'vitest';
import { followsAfterScroll } from '../../../../renderer/model/log-follow.ts';

const at = (top: number, height = 1000) => ({ top, height, view: 200 });

test.each([
  ['moving up ends it', true, at(800), at(700), false],
  ['new lines below do not', true, at(800), at(800, 1400), true],
  ['rows that turn out shorter do not', true, at(800), at(600, 850), true],
  ['moving down a little does not begin it', false, at(300), at(400), false],
  ['reaching the end begins it', false, at(300), at(797), true],
  ['staying scrolled up stays so', false, at(300), at(300, 2000), false],
])('%s', (_, following, before, now, expected) => {
  expect(followsAfterScroll(following, before, now)).toBe(expected);
});
