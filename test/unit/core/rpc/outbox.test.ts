import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FrameFromCore } from '../../../../contract/frames.ts';
import { StreamOutbox } from '../../../../main/core/rpc/outbox.ts';

type ItemFrame = Extract<FrameFromCore, { t: 'item' }>;

function outbox(merge: ((a: unknown, b: unknown) => unknown) | null = null) {
  const frames: FrameFromCore[] = [];
  const box = new StreamOutbox(7, merge, (frame) => frames.push(frame));
  const items = () => frames.filter((frame): frame is ItemFrame => frame.t === 'item');
  return { box, frames, items };
}

describe('StreamOutbox', () => {
  it('sends what came in one turn as one frame', async () => {
    const { box, frames } = outbox();
    box.push('a');
    box.push('b');
    expect(frames).toEqual([]);
    await nextTurn();
    expect(frames).toEqual([{ t: 'item', id: 7, seq: 2, items: ['a', 'b'] }]);
  });

  it('keeps at most 2,000 items unacknowledged and goes on after an acknowledgement', async () => {
    const { box, items } = outbox();
    for (let n = 1; n <= 2_500; n++) box.push(n);
    await nextTurn();
    expect(items().map((frame) => [frame.seq, frame.items.length])).toEqual([[2_000, 2_000]]);
    box.ack(2_000);
    expect(items().map((frame) => frame.seq)).toEqual([2_000, 2_500]);
  });

  it('drops the oldest beyond the backlog and says how many', async () => {
    const { box, items } = outbox();
    for (let n = 1; n <= 12_000; n++) box.push(n);
    await nextTurn();
    expect(items()[0]).toMatchObject({ dropped: 2_000, seq: 2_000 });
    expect(items()[0]?.items[0]).toBe(2_001);
  });

  it('merges what a slow reader has not seen where the stream can', async () => {
    const { box, items } = outbox((a, b) => Object.assign({}, a, b));
    box.push({ x: 1 });
    box.push({ y: 2 });
    box.push({ x: 3 });
    await nextTurn();
    expect(items()).toEqual([{ t: 'item', id: 7, seq: 1, items: [{ x: 3, y: 2 }] }]);
  });

  it('sends the end after the last item', async () => {
    const { box, frames } = outbox();
    for (let n = 1; n <= 2_001; n++) box.push(n);
    box.end({ t: 'end', id: 7 });
    expect(frames.map((frame) => frame.t)).toEqual(['item']);
    box.ack(2_000);
    expect(frames.map((frame) => frame.t)).toEqual(['item', 'item', 'end']);
  });

  it('believes no acknowledgement of what was never sent', async () => {
    const { box, items } = outbox();
    box.ack(1_000_000);
    for (let n = 1; n <= 3_000; n++) box.push(n);
    await nextTurn();
    expect(items().map((frame) => frame.items.length)).toEqual([2_000]);
  });
});
