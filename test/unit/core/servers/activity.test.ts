import { describe, expect, it } from 'vitest';
import { Activity } from '../../../../main/core/servers/activity.ts';

const start = Date.parse('2026-03-01T12:00:30.000Z');

function setUp() {
  const clock = { now: start };
  const activity = new Activity(() => clock.now);
  const call = (slug: string, secondsLater = 0) => {
    activity.record({
      time: new Date(start + secondsLater * 1000).toISOString(),
      slug,
      client: 'cursor',
      context: 'a',
      method: 'tools/call',
      tool: 'pods_list',
      outcome: 'ok',
      reason: null,
      ms: 3,
    });
  };
  return { clock, activity, call };
}

describe('Activity', () => {
  it('counts calls per minute over the last ten, oldest first, and lets old ones fall out', () => {
    const { clock, activity, call } = setUp();
    call('x');
    call('x', 40);
    call('x', 45);
    clock.now = start + 45_000;
    expect(activity.perMinute('x')).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    clock.now = start + 9 * 60_000;
    expect(activity.perMinute('x')).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    clock.now = start + 60 * 60_000;
    expect(activity.perMinute('x')).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('keeps the newest thousand calls, newest first, with growing ids', () => {
    const { activity, call } = setUp();
    for (let n = 0; n < 1_005; n++) call('x');
    expect(activity.latest(2).map((one) => one.id)).toEqual([1_005, 1_004]);
    expect(activity.latest(5_000)).toHaveLength(1_000);
  });

  it('knows which clients used a server, most recent first, and when a client was last seen anywhere', () => {
    const { clock, activity } = setUp();
    activity.see('x', 'cursor');
    clock.now += 1_000;
    activity.see('x', 'claude-desktop');
    activity.see('y', 'cursor');
    expect(activity.clientsOf('x')).toEqual([
      { name: 'claude-desktop', lastSeen: '2026-03-01T12:00:31.000Z' },
      { name: 'cursor', lastSeen: '2026-03-01T12:00:30.000Z' },
    ]);
    activity.forget('x');
    expect(activity.clientsOf('x')).toEqual([]);
  });
});
