import type { LogSink } from '../logs/log-sink.ts';
import type { DockedSettings } from '../servers/docked-settings.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { LinuxListeners } from './linux-listeners.ts';
import { LinuxProcesses } from './linux-processes.ts';
import type { ListenerReader } from './listener-reader.ts';
import { LsofListeners } from './lsof-listeners.ts';
import type { ProcessReader } from './process-row.ts';
import { PsProcesses } from './ps-processes.ts';
import { ServerMeter } from './server-meter.ts';
import { defaultMeasureTimings, type MeasureTimings } from './timings.ts';

/** The meter of a running core, over its supervisor and settings. */
export function createMeter(parts: {
  readonly supervisor: Supervisor;
  readonly docked: DockedSettings;
  readonly logs: LogSink;
  readonly isFollowed: () => boolean;
  readonly platform: NodeJS.Platform;
  readonly timings?: Partial<MeasureTimings> | undefined;
}): ServerMeter {
  const { supervisor, docked, logs, isFollowed, platform } = parts;
  return new ServerMeter({
    servers: () =>
      supervisor.list().flatMap(({ slug, pid, besidePids, state, restarts }) => {
        if (pid === null) return [];
        const ready = state === 'ready' || state === 'degraded';
        return [{ slug, pid, others: besidePids, ready, restarts, limits: docked.find(slug)?.limits ?? {} }];
      }),
    isFollowed,
    exceed: (slug, pid, error, verdict) => supervisor.endRun(slug, pid, { error: error.toInfo(), verdict }),
    logs,
    timings: { ...defaultMeasureTimings, ...parts.timings },
    ...readersFor(platform),
  });
}

/** Windows has neither `/proc` nor `ps`: what servers use is not measured there. */
function readersFor(platform: NodeJS.Platform): {
  readonly processes: ProcessReader | null;
  readonly listeners: ListenerReader | null;
} {
  if (platform === 'linux') return { processes: new LinuxProcesses(), listeners: new LinuxListeners() };
  if (platform === 'darwin') return { processes: new PsProcesses(), listeners: new LsofListeners() };
  return { processes: null, listeners: null };
}
