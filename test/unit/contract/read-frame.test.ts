import { expect, test } from 'vitest';
import type { FrameFromCore } from '../../../contract/frames.ts';
import { readFrameFromCore } from '../../../contract/read-frame.ts';

const error = { code: 'not-found', message: 'There is none.' } as const;

const frames: FrameFromCore[] = [
  { t: 'result', id: 0, ok: true, data: { any: ['thing'] } },
  { t: 'result', id: 1, ok: true, data: undefined },
  { t: 'failed', id: 2, error },
  { t: 'failed', id: 3, error: { ...error, hint: 'Look elsewhere.', details: { candidates: [] } } },
  { t: 'item', id: 4, seq: 1, items: [] },
  { t: 'item', id: 5, seq: 2, items: [1, null], dropped: 7 },
  { t: 'end', id: 6 },
  { t: 'end', id: 7, error },
];

test.each(frames)('$t $id is read as it was sent', (frame) => {
  expect(readFrameFromCore(JSON.parse(JSON.stringify(frame)))).toEqual(frame);
});

test('what a later core adds is passed over', () => {
  expect(readFrameFromCore({ t: 'end', id: 1, later: true })).toEqual({ t: 'end', id: 1 });
});

const others: [what: string, raw: unknown][] = [
  ['no JSON', null],
  ['text', 'result'],
  ['a list', []],
  ['no kind', { id: 1 }],
  ['an unknown kind', { t: 'call', id: 1, method: 'app.quit' }],
  ['no id', { t: 'result', ok: true, data: 1 }],
  ['an id that is no number', { t: 'result', id: '1', ok: true, data: 1 }],
  ['a broken id', { t: 'result', id: 1.5, ok: true, data: 1 }],
  ['an id below zero', { t: 'result', id: -1, ok: true, data: 1 }],
  ['a result that is not ok', { t: 'result', id: 1, ok: false, data: 1 }],
  ['a failure without error', { t: 'failed', id: 1 }],
  ['an unknown error', { t: 'failed', id: 1, error: { code: 'nonsense', message: 'x' } }],
  ['an error without message', { t: 'failed', id: 1, error: { code: 'internal' } }],
  ['a hint that is no text', { t: 'failed', id: 1, error: { ...error, hint: 1 } }],
  ['details that are none', { t: 'failed', id: 1, error: { ...error, details: [] } }],
  ['items that are no list', { t: 'item', id: 1, seq: 1, items: {} }],
  ['items without number', { t: 'item', id: 1, items: [] }],
  ['a broken count of the dropped', { t: 'item', id: 1, seq: 1, items: [], dropped: 'many' }],
  ['an end with half an error', { t: 'end', id: 1, error: null }],
];

test.each(others)('%s is no frame', (_what, raw) => {
  expect(readFrameFromCore(raw)).toBeNull();
});
