import { toErrorInfo } from '../../contract/errors.ts';
import { followContexts } from './credentials/follow-contexts.ts';
import type { Disposable } from './dispose.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { logSources } from './log-sources.ts';
import { fileLimits } from './logs/file-limits.ts';
import type { CoreParts } from './parts.ts';
import type { Launcher } from './servers/launcher.ts';

/** What follows from a change in one part for the others. Each returned thing ends one subscription. */
export function followChanges(
  core: CoreParts,
  more: {
    readonly launcher: Launcher;
    readonly address: EndpointAddress;
    /** The port that was asked for on the command line, which counts more than the settings'. */
    readonly fixedPort: number | undefined;
    readonly relistClients: () => Promise<void>;
    /** Resolves when the user's shell has said what its environment is. */
    readonly shellAnswered: Promise<unknown>;
  },
): Disposable[] {
  const { status, servers, settings, kube, monitor, supervisor } = core;
  // Compared with what the file said before, so that `--demo` for one run is left alone (D27).
  let demoWanted = settings.settings.demo;
  const pins = () => JSON.stringify(settings.settings.clients);
  let pinned = pins();
  const touch = () => status.touch();
  const orLog = (what: string, work: Promise<unknown>) => {
    work.then(touch, (error: unknown) =>
      core.logs.append({
        slug: 'berth',
        stream: 'event',
        level: 'error',
        text: `${what}: ${toErrorInfo(error).message}`,
      }),
    );
  };
  const relocate = () => orLog('The clients could not be found again', core.clients.relocate());
  // Its PATH and its overrides say where programs and files of clients are.
  void more.shellAnswered.then(relocate);
  return [
    core.registry.onDidChange(relocate),
    core.clients.onDidChange(() => orLog('The clients could not be listed', more.relistClients())),
    core.logs.onDidChangeProblem(touch),
    logSources(kube, core.logs),
    core.audit.onDidChangeProblem(touch),
    core.approvals.onDidChange(() => status.flush()),
    core.activity.onDidChange(touch),
    core.contexts.onDidChange(touch),
    core.meter.onDidChange(touch),
    core.status.onDidFollow(() => core.meter.update()),
    core.presets.onDidChange(touch),
    more.address.onDidChange(() => {
      servers.countAgain();
      orLog('The clients could not be listed', more.relistClients());
    }),
    servers.onDidChange(() => {
      monitor.update();
      core.meter.update();
      touch();
    }),
    supervisor.onDidChangeBackend(({ slug, backend }) => {
      const context = backend && servers.servingContext(slug);
      if (context) orLog(`${context} could not be asked`, monitor.freshen(context));
    }),
    settings.onDidChange(() => {
      orLog('The kubeconfigs could not be read', kube.refresh());
      orLog('The port could not be changed', more.address.move(more.fixedPort ?? settings.settings.port));
      orLog('The settings could not be followed', servers.followSettings());
      core.meter.update();
      orLog('The log files could not follow their limits', core.logs.limit(fileLimits(settings.settings.logs)));
      orLog('The active context could not be followed', core.contextSwitch.follow());
      if (pins() !== pinned) {
        pinned = pins();
        relocate();
      }
      if (settings.settings.demo !== demoWanted) {
        demoWanted = settings.settings.demo;
        orLog('The demo clusters could not be switched', core.demo.set(demoWanted));
      }
    }),
    ...followContexts(core, more.launcher, orLog),
  ];
}
