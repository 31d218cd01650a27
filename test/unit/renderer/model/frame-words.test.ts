import { expect, test } from 'vitest';
import { frameWords } from '../../../../renderer/model/frame-words.ts';

test.each([
  [{ id: 3, method: 'tools/call' }, 'tools/call #3'],
  [{ method: 'notifications/progress' }, 'notifications/progress'],
  [{ id: 3, result: {} }, 'result #3'],
  [{ id: 'x', error: { code: -32602, message: 'no' } }, 'error -32602 #x'],
])('%j is %s', (message, words) => {
  expect(frameWords({ message })).toBe(words);
});
