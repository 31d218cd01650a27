import { type Disposable, DisposableStore } from '../dispose.ts';
import type { LogSink } from '../logs/log-sink.ts';
import type { ReachabilityMonitor } from '../servers/reachability-monitor.ts';
import type { ServerManager } from '../servers/server-manager.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { ClockJump, ClockWatch } from './clock-watch.ts';
import { contextsInUse } from './contexts-in-use.ts';
import { NetworkWatch } from './network-watch.ts';
import { Recovery } from './recovery.ts';

export interface WakeParts {
  readonly clocks: ClockWatch;
  readonly monitor: ReachabilityMonitor;
  readonly servers: ServerManager;
  readonly supervisor: Supervisor;
  readonly logs: LogSink;
}

/** Recovers after sleep, a stop of Berth, a change of network, and when a cluster is back. `awoke` is for a shell that is told by the system. */
export interface WakeWatch extends Disposable {
  awoke(): void;
}

/** Watches clocks and network of this machine from now on. */
export function watchWake({ clocks, monitor, servers, supervisor, logs }: WakeParts): WakeWatch {
  const store = new DisposableStore();
  const recovery = store.add(
    new Recovery({
      contexts: () => contextsInUse(servers.list()),
      probe: (ref) => monitor.anew(ref),
      servers: () =>
        servers
          .list()
          .filter(({ desired, state }) => desired === 'running' && state !== 'stopped')
          .map(({ slug, context }) => ({ slug, context, up: servers.isRunning(slug) })),
      proveAlive: (slug) => supervisor.proveAlive(slug),
      retry: (slug, why) => supervisor.retry(slug, why),
      log: (text) => logs.append({ slug: 'berth', stream: 'event', level: 'info', text }),
    }),
  );
  const network = store.add(new NetworkWatch());
  store.add(network.onDidChange(() => recovery.soon('The network has changed.')));
  store.add(
    clocks.onJump((jump) => {
      const text = sentenceOf(jump);
      // Going back tells only that the clock was wrong.
      if (jump.ms > 0) recovery.soon(text);
      else logs.append({ slug: 'berth', stream: 'event', level: 'info', text });
    }),
  );
  store.add(monitor.onBack((ref) => recovery.contextIsBack(ref)));
  return {
    awoke: () => {
      // So that what the clocks tell is one with it.
      clocks.look();
      network.look();
      recovery.soon('The machine woke up.');
    },
    dispose: () => store.dispose(),
  };
}

function sentenceOf({ kind, ms }: ClockJump): string {
  const long = `${Math.round(Math.abs(ms) / 1_000)} s`;
  switch (kind) {
    case 'slept':
      return `The machine slept for ${long}.`;
    case 'stopped':
      return `Berth did not run for ${long}.`;
    case 'clock-set':
      return `The clock was set ${ms > 0 ? 'forwards' : 'back'} by ${long}.`;
  }
}
