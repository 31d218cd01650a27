import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../contract/model/inspector.ts';
import { CallFrames } from '../../../../main/core/inspector/call-frames.ts';

const call = (id: number, args: object = { a: 1 }) => ({
  id,
  method: 'tools/call',
  params: { name: 't', arguments: args },
});

describe('CallFrames', () => {
  it('takes the messages of its own call and what the server says to everybody', () => {
    const frames: Frame[] = [];
    const own = new CallFrames('t', { a: 1 }, (frame) => frames.push(frame));
    const passing: ['sent' | 'received', Record<string, unknown>][] = [
      ['received', { method: 'notifications/message', params: {} }],
      ['sent', call(1, { a: 2 })],
      ['sent', call(2)],
      ['sent', call(3)],
      ['received', { method: 'notifications/progress', params: { progressToken: 3 } }],
      ['received', { method: 'notifications/progress', params: { progressToken: 2 } }],
      ['received', { method: 'notifications/tools/list_changed' }],
      ['received', { id: 1, result: {} }],
      ['sent', { method: 'notifications/cancelled', params: { requestId: 2 } }],
      ['received', { id: 2, result: {} }],
    ];
    const taken = passing.map(([direction, message]) => own.see(direction, message));
    expect(taken.indexOf(true)).toBe(2);
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(frames.map(({ direction, message }) => [direction, message['method'] ?? message['id']])).toEqual([
      ['sent', 'tools/call'],
      ['received', 'notifications/progress'],
      ['received', 'notifications/tools/list_changed'],
      ['sent', 'notifications/cancelled'],
      ['received', 2],
    ]);
  });
});
