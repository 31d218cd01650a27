import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reduce } from '../../../../main/core/supervisor/reduce.ts';
import {
  initialServerModel,
  type ServerEffect,
  type ServerEvent,
  type ServerModel,
  type Verdict,
} from '../../../../main/core/supervisor/server-model.ts';
import { defaultTimings } from '../../../../main/core/supervisor/timings.ts';

const error = { code: 'start-failed', message: 'It ended.' } as const;
const away = { code: 'unreachable', message: 'refused' } as const;
const ended = (run: number, verdict: Verdict = 'retry', random = 0.5): ServerEvent => ({
  type: 'ended',
  run,
  error,
  verdict,
  random,
});

/** Runs events, 1 s apart unless said otherwise, and notes what came of each: the state and the effects that are no logs. */
function play(events: (ServerEvent | { wait: number })[]) {
  let model: ServerModel = initialServerModel;
  let now = 0;
  const steps: string[] = [];
  for (const event of events) {
    if ('wait' in event) {
      now += event.wait;
      continue;
    }
    now += 1_000;
    const [next, effects] = reduce(model, event, now, defaultTimings);
    model = next;
    steps.push([model.state, ...effects.filter(({ type }) => type !== 'log').map(show)].join(' '));
  }
  return { model, steps };
}

function show(effect: ServerEffect): string {
  if ('run' in effect) return `${effect.type}#${effect.run}`;
  return 'ms' in effect ? `${effect.type}:${effect.ms}` : effect.type;
}

test('a good life', () => {
  expect(
    play([
      { type: 'start' },
      { type: 'ready', run: 1 },
      { type: 'start' },
      { type: 'stop' },
      { type: 'stop' },
      ended(1),
    ]).steps,
  ).toEqual(['starting launch#1', 'ready', 'ready', 'stopping terminate#1', 'stopping', 'stopped']);
});

test('a death is followed by a delayed restart, whose delays double', () => {
  const { steps, model } = play([
    { type: 'start' },
    { type: 'ready', run: 1 },
    ended(1),
    { type: 'delay-over' },
    { type: 'ready', run: 2 },
    ended(2),
    { type: 'delay-over' },
    ended(3),
  ]);
  expect(steps).toEqual([
    'starting launch#1',
    'ready',
    'restarting delay:500',
    'restarting launch#2',
    'ready',
    'restarting delay:1000',
    'restarting launch#3',
    'restarting delay:2000',
  ]);
  expect(model).toMatchObject({ restarts: 2, error, failedStarts: 1 });
});

test('after a stable time the delays begin anew', () => {
  const { steps } = play([
    { type: 'start' },
    ended(1),
    { type: 'delay-over' },
    ended(2),
    { type: 'delay-over' },
    { type: 'ready', run: 3 },
    { wait: defaultTimings.stableMs },
    ended(3),
  ]);
  expect(steps.at(-1)).toBe('restarting delay:500');
});

test('delays are capped, and jitter reaches from nothing to all of it', () => {
  const delays = [0, 0.999_999].map((random) => {
    const events: (ServerEvent | { wait: number })[] = [{ type: 'start' }];
    for (let run = 1; run <= 12; run += 1) {
      events.push({ type: 'ready', run }, { wait: 55_000 }, ended(run, 'away', random), { type: 'delay-over' });
    }
    return play(events)
      .steps.filter((step) => step.includes('delay:'))
      .at(-1);
  });
  expect(delays).toEqual(['restarting delay:0', 'restarting delay:60000']);
});

test('six ends within five minutes are too many, however long each run was', () => {
  const events: (ServerEvent | { wait: number })[] = [{ type: 'start' }];
  for (let run = 1; run <= 6; run += 1) {
    events.push({ type: 'ready', run }, { wait: 45_000 }, ended(run), { type: 'delay-over' });
  }
  const { steps, model } = play(events);
  expect(steps.at(-2)).toBe('failed');
  expect(model.error).toEqual({
    code: 'start-failed',
    message: 'It ended 6 times within 5 min. The last time: It ended.',
    hint: 'Look at its logs, then start it again.',
  });
  expect(steps.at(-1)).toBe('failed');
});

test('the same ends spread over a day are none of anybody’s business', () => {
  const events: (ServerEvent | { wait: number })[] = [{ type: 'start' }];
  for (let run = 1; run <= 20; run += 1) {
    events.push({ type: 'ready', run }, { wait: 3_600_000 }, ended(run), { type: 'delay-over' });
  }
  const { model } = play(events);
  expect(model).toMatchObject({ state: 'restarting', restarts: 20 });
});

test('starts that fail one after the other are given up, also when each takes long', () => {
  const events: (ServerEvent | { wait: number })[] = [{ type: 'start' }];
  for (let run = 1; run <= 5; run += 1) events.push({ wait: 120_000 }, ended(run), { type: 'delay-over' });
  expect(play(events).model).toMatchObject({
    state: 'failed',
    error: { message: '5 starts in a row failed. The last time: It ended.' },
  });
});

test('an upstream that is away is tried for ever', () => {
  const events: ServerEvent[] = [{ type: 'start' }];
  for (let run = 1; run <= 50; run += 1) events.push(ended(run, 'away'), { type: 'delay-over' });
  expect(play(events).model).toMatchObject({ state: 'restarting', run: 51 });
});

test('what restarting cannot help fails at once, keeps its error, and starts anew when asked', () => {
  const { steps, model } = play([{ type: 'start' }, ended(1, 'permanent'), { type: 'delay-over' }]);
  expect(steps).toEqual(['starting launch#1', 'failed', 'failed']);
  expect(model.error).toBe(error);
  const [again, effects] = reduce(model, { type: 'start' }, 0, defaultTimings);
  expect(again).toMatchObject({ state: 'starting', error: null, failedStarts: 0 });
  expect(effects.filter(({ type }) => type !== 'log')).toEqual([{ type: 'launch', run: 2 }]);
});

test('stopping while waiting for a restart cancels it', () => {
  expect(play([{ type: 'start' }, ended(1), { type: 'stop' }, { type: 'delay-over' }]).steps).toEqual([
    'starting launch#1',
    'restarting delay:500',
    'stopped cancel-delay',
    'stopped',
  ]);
});

test('starting while waiting for a restart does not wait any longer', () => {
  const { steps, model } = play([{ type: 'start' }, ended(1), { type: 'start' }, { type: 'delay-over' }]);
  expect(steps.slice(2)).toEqual(['restarting cancel-delay launch#2', 'restarting']);
  expect(model.restarts).toBe(0);
});

test('a start during a stop waits until the old one is gone', () => {
  expect(play([{ type: 'start' }, { type: 'stop' }, { type: 'start' }, ended(1)]).steps).toEqual([
    'starting launch#1',
    'stopping terminate#1',
    'restarting',
    'restarting launch#2',
  ]);
});

test('the last word counts while it is being ended', () => {
  expect(
    play([
      { type: 'start' },
      { type: 'restart' },
      { type: 'stop' },
      { type: 'restart' },
      { type: 'stop' },
      ended(1),
    ]).steps.at(-1),
  ).toBe('stopped');
});

test('a server that broke is ended first and then restarted, with why it broke', () => {
  const hung = { code: 'timed-out', message: 'no answer' } as const;
  const broken: ServerEvent = { type: 'broken', run: 1, error: hung, verdict: 'retry' };
  const { steps, model } = play([{ type: 'start' }, { type: 'ready', run: 1 }, broken, broken, ended(1)]);
  expect(steps.slice(2)).toEqual(['restarting terminate#1', 'restarting', 'restarting delay:500']);
  expect(model.error).toBe(hung);
});

test('a server whose process has ended is not called ready while its leftovers are ended', () => {
  const exiting: ServerEvent = { type: 'exiting', run: 1 };
  expect(play([{ type: 'start' }, { type: 'ready', run: 1 }, exiting, ended(1)]).steps.slice(2)).toEqual([
    'restarting',
    'restarting delay:500',
  ]);
  expect(
    play([{ type: 'start' }, { type: 'ready', run: 1 }, exiting, { type: 'stop' }, ended(1)]).steps.slice(2),
  ).toEqual(['restarting', 'stopping terminate#1', 'stopped']);
  expect(play([{ type: 'start' }, { type: 'stop' }, exiting]).steps.at(-1)).toBe('stopping');
});

test('an unreachable cluster degrades and never restarts', () => {
  const gone: ServerEvent = { type: 'reachability', unreachable: away };
  const back: ServerEvent = { type: 'reachability', unreachable: null };
  const { steps } = play([
    { type: 'start' },
    gone,
    { type: 'ready', run: 1 },
    back,
    gone,
    gone,
    back,
    { type: 'stop' },
  ]);
  expect(steps).toEqual([
    'starting launch#1',
    'starting',
    'degraded',
    'ready',
    'degraded',
    'degraded',
    'ready',
    'stopping terminate#1',
  ]);
});

test('a login that the cluster refuses degrades like silence, and the log tells the two apart', () => {
  const refused = { code: 'auth-failed', message: 'refused (401)' } as const;
  const seen = (unreachable: ServerModel['unreachable']): ServerEvent => ({ type: 'reachability', unreachable });
  let model: ServerModel = { ...initialServerModel, state: 'ready', run: 1 };
  const said = [refused, refused, away, refused, null].map((unreachable) => {
    const [next, effects] = reduce(model, seen(unreachable), 0, defaultTimings);
    model = next;
    expect(model).toMatchObject({ state: unreachable ? 'degraded' : 'ready', error: unreachable, run: 1 });
    return effects.map((effect) => (effect.type === 'log' ? effect.text : effect.type));
  });
  expect(said).toEqual([
    ['The login to the cluster does not work: refused (401)'],
    [],
    ['The cluster is not reachable: refused'],
    ['The login to the cluster does not work: refused (401)'],
    ['The login to the cluster works again.'],
  ]);
});

test('what was seen of a cluster before a stop is not said of the next start', () => {
  expect(
    play([
      { type: 'start' },
      { type: 'ready', run: 1 },
      { type: 'reachability', unreachable: away },
      { type: 'stop' },
      ended(1),
      { type: 'start' },
      { type: 'ready', run: 2 },
    ]).steps.at(-1),
  ).toBe('ready');
});

test('events of runs that do not count any more change nothing', () => {
  const { steps } = play([
    { type: 'start' },
    { type: 'ready', run: 1 },
    { type: 'replace' },
    ended(1),
    { type: 'ready', run: 1 },
    { type: 'broken', run: 1, error, verdict: 'retry' },
    ended(2),
  ]);
  expect(steps).toEqual(['starting launch#1', 'ready', 'ready', 'ready', 'ready', 'ready', 'restarting delay:500']);
});

test('a run that takes over from one that is being ended is not ended with it', () => {
  const broken: ServerEvent = { type: 'broken', run: 1, error, verdict: 'retry' };
  const { model } = play([{ type: 'start' }, { type: 'ready', run: 1 }, broken, { type: 'replace' }, ended(1)]);
  expect(model).toMatchObject({ state: 'ready', run: 2, closing: null, error: null });
});

test('whatever happens: at most one run counts, numbers never repeat, and stop ends in stopped', () => {
  const event = fc.oneof(
    fc.constantFrom<ServerEvent>(
      { type: 'start' },
      { type: 'stop' },
      { type: 'restart' },
      { type: 'delay-over' },
      { type: 'replace' },
      { type: 'reachability', unreachable: away },
      { type: 'reachability', unreachable: null },
    ),
    fc.record({ type: fc.constant('ready' as const), run: fc.nat(8) }),
    fc.record({
      type: fc.constant('ended' as const),
      run: fc.nat(8),
      error: fc.constant(error),
      verdict: fc.constantFrom<Verdict>('retry', 'permanent', 'away'),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
    fc.record({
      type: fc.constant('broken' as const),
      run: fc.nat(8),
      error: fc.constant(error),
      verdict: fc.constant<Verdict>('retry'),
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(100_000)), { maxLength: 60 }), (events) => {
      let model = initialServerModel;
      let now = 0;
      let waiting = false;
      const launched = new Set<number>();
      const apply = (next: ServerEvent) => {
        const [after, effects] = reduce(model, next, now, defaultTimings);
        for (const effect of effects) {
          if (effect.type === 'launch') {
            expect(launched.has(effect.run)).toBe(false);
            expect(after.run).toBe(effect.run);
            launched.add(effect.run);
          }
          if (effect.type === 'delay') waiting = true;
          if (effect.type === 'cancel-delay') waiting = false;
        }
        if (next.type === 'delay-over') waiting = false;
        model = after;
        // No state is a dead end: something runs, a timer runs, or the user is to decide.
        const alive = model.run !== null || waiting;
        expect(alive).toBe(!['stopped', 'failed'].includes(model.state));
      };
      for (const [next, wait] of events) {
        now += wait;
        // A timer fires only when it runs.
        if (next.type !== 'delay-over' || waiting) apply(next);
      }
      apply({ type: 'stop' });
      if (model.run !== null) apply(ended(model.run));
      expect(model).toMatchObject({ state: 'stopped', run: null, closing: null });
    }),
  );
});

const noNetwork = (run: number): ServerEvent =>
  ({ ...ended(run), type: 'ended', error: away, verdict: 'away' }) as ServerEvent;
const networkIsBack: ServerEvent = { type: 'retry', why: 'The network has changed.', random: 0.5 };

test('who waits for the network does not wait out a long delay when it is back', () => {
  const events: (ServerEvent | { wait: number })[] = [{ type: 'start' }];
  for (let run = 1; run <= 12; run += 1) events.push(noNetwork(run), { type: 'delay-over' });
  const { steps, model } = play([...events, noNetwork(13), networkIsBack, { type: 'delay-over' }, noNetwork(14)]);
  // Somewhere in the spread of 2 s instead of in a minute; then it begins again with short delays.
  expect(steps.slice(-4)).toEqual([
    'restarting delay:30000',
    'restarting cancel-delay delay:1000',
    'restarting launch#14',
    'restarting delay:500',
  ]);
  expect(model).toMatchObject({ restarts: 13, deaths: [] });
});

test('who has given up for want of the network begins again, and nobody else', () => {
  const failed = (code: 'unreachable' | 'start-failed'): ServerModel => ({
    ...initialServerModel,
    state: 'failed',
    error: { code, message: '' },
    failedStarts: 5,
  });
  const [again, effects] = reduce(failed('unreachable'), networkIsBack, 0, defaultTimings);
  expect(again).toMatchObject({ state: 'restarting', failedStarts: 0 });
  expect(effects.map(({ type }) => type)).toEqual(['log', 'delay']);
  for (const model of [failed('start-failed'), { ...initialServerModel, state: 'stopped' as const }]) {
    expect(reduce(model, networkIsBack, 0, defaultTimings)).toEqual([model, []]);
  }
  const running = play([{ type: 'start' }, { type: 'ready', run: 1 }, networkIsBack]);
  expect(running.steps.at(-1)).toBe('ready');
});
