import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Status, StatusEvent } from '../../../../contract/model/status.ts';
import { StatusFeed } from '../../../../main/core/servers/status-feed.ts';

const base = { version: '1', pid: 1, activeContext: 'a', servers: [], problems: [] } as unknown as Status;

describe('StatusFeed', () => {
  let now: Status;
  let feed: StatusFeed;

  beforeEach(() => {
    vi.useFakeTimers();
    now = { ...base };
    feed = new StatusFeed(() => now);
  });
  afterEach(() => {
    feed.dispose();
    vi.useRealTimers();
  });

  it('announces only the fields that differ, once for many touches', () => {
    const changes: Partial<Status>[] = [];
    feed.onDidChange((changed) => changes.push(changed));
    now = { ...now, activeContext: 'b' };
    feed.touch();
    feed.touch();
    expect(changes).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(changes).toEqual([{ activeContext: 'b' }]);
    feed.touch();
    vi.advanceTimersByTime(40);
    expect(changes).toHaveLength(1);
  });

  it('streams a snapshot, then changes, until the reader goes', async () => {
    const events: StatusEvent[] = [];
    const controller = new AbortController();
    const streaming = feed.stream((event) => events.push(event), controller.signal);
    now = { ...now, pid: 2 };
    feed.flush();
    controller.abort();
    await streaming;
    now = { ...now, pid: 3 };
    feed.flush();
    expect(events).toEqual([
      { type: 'snapshot', status: base },
      { type: 'changed', changed: { pid: 2 } },
    ]);
  });

  it('gives a new reader what has changed without having been announced yet', async () => {
    now = { ...now, pid: 9 };
    feed.touch();
    const events: StatusEvent[] = [];
    const controller = new AbortController();
    const streaming = feed.stream((event) => events.push(event), controller.signal);
    controller.abort();
    await streaming;
    expect(events).toEqual([{ type: 'snapshot', status: now }]);
  });
});
