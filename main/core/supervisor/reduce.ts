import type { ErrorInfo } from '../../../contract/errors.ts';
import type { LogLevel } from '../../../contract/model/log.ts';
import { backoffDelay } from './backoff.ts';
import { isNetworkFailure } from './network-failure.ts';
import {
  initialServerModel,
  type ServerEffect,
  type ServerEvent,
  type ServerModel,
  type Verdict,
} from './server-model.ts';
import type { Timings } from './timings.ts';

type Step = readonly [ServerModel, readonly ServerEffect[]];

/** What one server does next. Pure: time and chance come in with the event. `now` in ms of a clock that nobody sets. */
export function reduce(model: ServerModel, event: ServerEvent, now: number, timings: Timings): Step {
  switch (event.type) {
    case 'start':
      return start(model);
    case 'stop':
      return stop(model);
    case 'restart':
      return restart(model);
    case 'retry':
      return retry(model, event, timings);
    case 'delay-over':
      return model.state === 'restarting' && model.run === null ? relaunch(model) : [model, []];
    case 'reachability':
      return reachability(model, event.unreachable);
    case 'replace':
      return replace(model, now);
    case 'ready':
      return event.run === model.run && model.closing === null ? ready(model, now) : [model, []];
    case 'broken':
      return event.run === model.run && model.closing === null
        ? terminate(model, 'restarting', { why: 'broken', error: event.error, verdict: event.verdict }, [
            log('error', event.error.message),
          ])
        : [model, []];
    case 'exiting':
      return event.run === model.run && (model.state === 'ready' || model.state === 'degraded')
        ? [{ ...model, state: 'restarting' }, [log('warn', 'It has ended unasked.')]]
        : [model, []];
    case 'ended':
      return event.run === model.run ? ended(model, event, now, timings) : [model, []];
  }
}

function start(model: ServerModel): Step {
  switch (model.state) {
    case 'stopped':
    case 'failed':
      // Nobody asked its cluster meanwhile: what was seen of it before it stopped tells nothing.
      return launch({ ...fresh(model), state: 'starting', unreachable: null }, [log('info', 'Starting.')]);
    case 'stopping':
      // The old process must be gone first: it may hold the port or a lock.
      return [
        { ...model, state: 'restarting', closing: { why: 'restart' } },
        [log('info', 'Starting again as soon as it has stopped.')],
      ];
    case 'restarting':
      return model.run === null ? launch(fresh(model), [{ type: 'cancel-delay' }]) : [model, []];
    default:
      return [model, []];
  }
}

function stop(model: ServerModel): Step {
  if (model.run === null) {
    const cancel: ServerEffect[] = model.state === 'restarting' ? [{ type: 'cancel-delay' }] : [];
    const said: ServerEffect[] = model.state === 'stopped' ? [] : [log('info', 'Stopped.')];
    return [{ ...fresh(model), state: 'stopped' }, [...cancel, ...said]];
  }
  if (model.closing) {
    const said: ServerEffect[] = model.state === 'stopping' ? [] : [log('info', 'Stopping.')];
    return [{ ...model, state: 'stopping', closing: { why: 'stop' } }, said];
  }
  return terminate(model, 'stopping', { why: 'stop' }, [log('info', 'Stopping.')]);
}

function restart(model: ServerModel): Step {
  if (model.run === null) return start(model);
  if (model.closing) {
    const said: ServerEffect[] =
      model.state === 'restarting' ? [] : [log('info', 'Starting again as soon as it has stopped.')];
    return [{ ...fresh(model), state: 'restarting', closing: { why: 'restart' } }, said];
  }
  return terminate(fresh(model), 'restarting', { why: 'restart' }, [
    log('info', 'Restarting because it was asked for.'),
  ]);
}

/** Waits or has given up for want of the network: tried soon, each after another part of the spread, so that not all come at once. */
function retry(model: ServerModel, event: Extract<ServerEvent, { type: 'retry' }>, timings: Timings): Step {
  const waits = model.run === null && (model.state === 'restarting' || model.state === 'failed');
  if (!waits || !isNetworkFailure(model.error)) return [model, []];
  const ms = Math.round(event.random * timings.wakeSpreadMs);
  const effects: ServerEffect[] = model.state === 'restarting' ? [{ type: 'cancel-delay' }] : [];
  const text = `${event.why} Starting again in ${duration(ms)}.`;
  return [
    { ...fresh(model), state: 'restarting', error: model.error, restarts: model.restarts },
    [...effects, log('info', text), { type: 'delay', ms }],
  ];
}

function ready(model: ServerModel, now: number): Step {
  const { unreachable } = model;
  const state = unreachable ? 'degraded' : 'ready';
  const said: ServerEffect[] = unreachable ? [log('warn', away(unreachable))] : [];
  return [{ ...model, state, readySince: now, failedStarts: 0, error: unreachable }, said];
}

function reachability(model: ServerModel, unreachable: ErrorInfo | null): Step {
  const next = { ...model, unreachable };
  if (model.state !== 'ready' && model.state !== 'degraded') return [next, []];
  const state = unreachable ? 'degraded' : 'ready';
  if (state === model.state && unreachable?.code === model.unreachable?.code)
    return [{ ...next, error: unreachable }, []];
  const text = unreachable ? away(unreachable) : back(model.unreachable);
  return [{ ...next, state, error: unreachable }, [log(unreachable ? 'warn' : 'info', text)]];
}

function away(unreachable: ErrorInfo): string {
  if (unreachable.code === 'auth-failed') return `The login to the cluster does not work: ${unreachable.message}`;
  return `The cluster is not reachable: ${unreachable.message}`;
}

function back(was: ErrorInfo | null): string {
  return was?.code === 'auth-failed' ? 'The login to the cluster works again.' : 'The cluster is reachable again.';
}

function replace(model: ServerModel, now: number): Step {
  const run = model.nextRun;
  const next = { ...fresh(model), run, nextRun: run + 1, closing: null, unreachable: null };
  const effects: ServerEffect[] = model.state === 'restarting' && model.run === null ? [{ type: 'cancel-delay' }] : [];
  const text = 'Went over to the process that was prepared beside it.';
  return [{ ...next, state: 'ready', readySince: now }, [...effects, log('info', text)]];
}

function ended(
  model: ServerModel,
  event: Extract<ServerEvent, { type: 'ended' }>,
  now: number,
  timings: Timings,
): Step {
  const gone: ServerModel = { ...model, run: null, closing: null, readySince: null };
  switch (model.closing?.why) {
    case 'stop':
      return [{ ...fresh(gone), state: 'stopped' }, [log('info', 'Stopped.')]];
    case 'restart':
      return launch({ ...fresh(gone), state: 'restarting' });
    case 'broken':
      // What the process said at its end may tell that restarting is in vain.
      return died(
        { ...gone, readySince: model.readySince },
        event.verdict === 'permanent' ? event : model.closing,
        event.random,
        now,
        timings,
      );
    case undefined:
      return died({ ...gone, readySince: model.readySince }, event, event.random, now, timings, [
        log('error', event.error.message),
      ]);
  }
}

/** It ended unasked: `readySince` still tells whether it ever became ready. */
function died(
  model: ServerModel,
  end: { readonly error: ErrorInfo; readonly verdict: Verdict },
  random: number,
  now: number,
  timings: Timings,
  before: readonly ServerEffect[] = [],
): Step {
  const stable = model.readySince !== null && now - model.readySince >= timings.stableMs;
  const attempt = stable ? 0 : model.attempt;
  const counts = end.verdict === 'retry';
  const recent = model.deaths.filter((time) => now - time < timings.crashWindowMs);
  const deaths = counts ? [...recent, now] : recent;
  const failedStarts = counts && model.readySince === null ? model.failedStarts + 1 : model.failedStarts;
  const next: ServerModel = { ...model, readySince: null, attempt, deaths, failedStarts, error: end.error };

  if (end.verdict === 'permanent') return [{ ...next, state: 'failed' }, before];
  const tooOften =
    deaths.length >= timings.crashLimit
      ? `It ended ${deaths.length} times within ${duration(timings.crashWindowMs)}`
      : failedStarts >= timings.failedStartLimit
        ? `${failedStarts} starts in a row failed`
        : null;
  if (counts && tooOften) return giveUp(next, tooOften, before);

  const ms = backoffDelay(attempt, random, timings);
  return [
    { ...next, state: 'restarting', attempt: attempt + 1 },
    [...before, log('warn', `Starting again in ${duration(ms)}.`), { type: 'delay', ms }],
  ];
}

function giveUp(model: ServerModel, why: string, before: readonly ServerEffect[]): Step {
  const last = model.error;
  const error: ErrorInfo = {
    code: last?.code ?? 'start-failed',
    message: last ? `${why}. The last time: ${last.message}` : `${why}.`,
    hint: last?.hint ?? 'Look at its logs, then start it again.',
    ...(last?.details ? { details: last.details } : {}),
  };
  return [
    { ...model, state: 'failed', error },
    [...before, log('error', `${why}: giving up until it is started again.`)],
  ];
}

function launch(model: ServerModel, before: readonly ServerEffect[] = []): Step {
  const run = model.nextRun;
  return [{ ...model, run, nextRun: run + 1 }, [...before, { type: 'launch', run }]];
}

function relaunch(model: ServerModel, before: readonly ServerEffect[] = []): Step {
  return launch({ ...model, restarts: model.restarts + 1 }, before);
}

function terminate(
  model: ServerModel,
  state: 'stopping' | 'restarting',
  closing: NonNullable<ServerModel['closing']>,
  before: readonly ServerEffect[],
): Step {
  const error = closing.why === 'broken' ? closing.error : model.error;
  const effect: ServerEffect[] = model.run === null ? [] : [{ type: 'terminate', run: model.run }];
  return [{ ...model, state, closing, error }, [...before, ...effect]];
}

/** Forgets failures of the past; keeps what is running and what is known about the cluster. */
function fresh(model: ServerModel): ServerModel {
  return {
    ...initialServerModel,
    state: model.state,
    run: model.run,
    nextRun: model.nextRun,
    closing: model.closing,
    unreachable: model.unreachable,
  };
}

function duration(ms: number): string {
  if (ms >= 60_000) return `${Math.round(ms / 6_000) / 10} min`;
  return `${Math.round(ms / 100) / 10} s`;
}

function log(level: LogLevel, text: string): ServerEffect {
  return { type: 'log', level, text };
}
