import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Handlers } from '../../contract/calls.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { Client } from '../../contract/model/client.ts';
import type { StreamSources } from '../../contract/streams.ts';
import { Approvals } from './approvals/approvals.ts';
import type { CoreOptions } from './core-options.ts';
import { createClients } from './create-clients.ts';
import { createExisting } from './create-existing.ts';
import { CredentialClock } from './credentials/credential-clock.ts';
import { startDemo } from './demo/start-demo.ts';
import { DisposableStore } from './dispose.ts';
import { createDoctor } from './doctor/create-doctor.ts';
import { EndpointAddress } from './endpoint-address.ts';
import { followChanges } from './follow-changes.ts';
import { Gateway } from './gateway/gateway.ts';
import { handlers } from './handlers.ts';
import { Inspector } from './inspector/inspector.ts';
import { Installer } from './install/installer.ts';
import { KubeService } from './kube/kube-service.ts';
import { removeStale } from './kube/private-kubeconfig.ts';
import { isReachable } from './kube/probe.ts';
import { createMeter } from './measure/create-meter.ts';
import { Metrics } from './metrics/metrics.ts';
import { openStores } from './open-stores.ts';
import type { CoreParts } from './parts.ts';
import type { BerthPaths } from './paths.ts';
import { writePrivately } from './private-file.ts';
import { preparePrivateFolder } from './private-socket.ts';
import { recordTraffic } from './record-traffic.ts';
import { ControlSocket } from './rpc/control-socket.ts';
import { Dispatcher } from './rpc/dispatcher.ts';
import { Activity } from './servers/activity.ts';
import { ContextRegistry } from './servers/context-registry.ts';
import { ContextSwitch } from './servers/context-switch.ts';
import { DemoSwitch } from './servers/demo-switch.ts';
import { DockedSettings } from './servers/docked-settings.ts';
import { InternalTokens } from './servers/internal-tokens.ts';
import { Launcher } from './servers/launcher.ts';
import { ReachabilityMonitor } from './servers/reachability-monitor.ts';
import { ServerManager } from './servers/server-manager.ts';
import { StatusFeed } from './servers/status-feed.ts';
import { ServerTargets } from './servers/targets.ts';
import { startError } from './start-error.ts';
import { buildStatus } from './status.ts';
import { streamSources } from './streams.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { ClockWatch } from './wake/clock-watch.ts';
import { contextsInUse } from './wake/contexts-in-use.ts';
import { watchWake } from './wake/watch-wake.ts';

/** A running core. Everything that it started ends with `dispose`. */
export interface Core {
  readonly paths: BerthPaths;
  readonly dispatcher: Dispatcher;
  readonly status: StatusFeed;
  /** For a shell that lives in the same process (tray menu): the calls without a connection. */
  readonly handlers: Handlers;
  readonly sources: StreamSources;
  endpoint(): { url: string; error: ErrorInfo | null };
  /** Starts the servers that should run. */
  start(): void;
  /** The machine woke up or the network changed: asks every cluster in use again. */
  resumed(): void;
  dispose(): Promise<void>;
}

/**
 * Builds the parts, wires them and opens the doors: control socket first (so that a second Berth is refused before it
 * touches anything, D5), then the endpoints. A taken port is no reason to fail: the status says who holds it.
 * Rejects with `conflict` when another Berth of this user runs.
 */
export async function createCore(options: CoreOptions): Promise<Core> {
  const { paths, env, platform, shell, files } = options;
  const version = files.version;
  const home = env['HOME'] || homedir();
  const store = new DisposableStore();
  try {
    const { config, state, logs: logFolder } = paths;
    for (const folder of [config, state, logFolder]) await preparePrivateFolder(folder, { mayBeLink: true });
    await preparePrivateFolder(paths.runtime);
    const control = store.add(await ControlSocket.claim(paths.controlSocket));
    await writePrivately(paths.socketRecord, `${dirname(paths.controlSocket)}\n`);
    const startedAt = new Date().toISOString();
    await removeStale(paths.runtime);

    const { settings, tokens, secrets, presets, registry, sightings, logs, audit, loginShell } = await openStores(
      options,
      store,
    );
    const loginEnvironment = async () => (await loginShell.resolve()).env;
    const kube = store.add(
      new KubeService({
        env,
        home,
        platform,
        addedPaths: () => settings.settings.kubeconfigs,
        loginEnv: loginEnvironment,
        addedEnv: () => settings.settings.env,
      }),
    );
    await kube.refresh();
    const credentials = store.add(
      new CredentialClock({ kube, inUse: () => monitor.wanted(), renew: (ref) => void monitor.check(ref) }),
    );
    const contexts = new ContextRegistry(kube, settings, credentials);
    const demo = store.add(
      new DemoSwitch({
        start: () => startDemo({ folder: join(paths.runtime, 'demo'), assetsFolder: files.assets }),
        announce: (path) => kube.setDemo(path),
      }),
    );
    if (options.demo || settings.settings.demo) await demo.set(true);

    const clocks = store.add(new ClockWatch());
    const supervisor = store.add(
      new Supervisor({
        ledgerFile: join(paths.state, 'ledger.json'),
        logs,
        clientInfo: { name: 'berth', version },
        pausedSince: (monotonic) => clocks.pausedSince(monotonic),
      }),
    );
    await supervisor.reapOrphans();
    const activity = new Activity();
    const internalTokens = new InternalTokens(tokens);
    const inspector = store.add(
      new Inspector({
        endpoint: (slug) => address.own(slug),
        token: (_slug, who) => internalTokens.tokenOf(who),
        version,
      }),
    );
    const docked = new DockedSettings(settings);
    const isFollowed = (): boolean => status.isFollowed;
    const meter = store.add(
      createMeter({ supervisor, docked, logs, platform, isFollowed, timings: options.measuring }),
    );
    const launcher = new Launcher({
      settings,
      docked,
      kube,
      contexts,
      presets,
      secrets,
      logs,
      loginEnvironment,
      runtimeFolder: join(paths.runtime, 'servers'),
    });
    const installer = store.add(
      new Installer({
        programsFolder: paths.programs,
        presets,
        environment: loginEnvironment,
        launcher,
        logs,
        version,
        platform,
      }),
    );
    await installer.tidy();
    const servers = store.add(
      new ServerManager({
        docked,
        presets,
        contexts,
        supervisor,
        launcher,
        activity,
        measure: (slug) => meter.of(slug),
        logs,
        endpoint: () => address.url,
        countTools: async (slug) => (await inspector.tools(slug, 'berth')).length,
        drain: (backend) => gateway.drain(backend),
        toolsChanged: (slug) => gateway.toolsChanged(slug),
      }),
    );
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const targets = new ServerTargets({
      begun,
      docked,
      manager: servers,
      supervisor,
      contexts,
      preset: (id) => presets.get(id),
    });
    const metrics = new Metrics({ version, servers: () => servers.list() });
    const approvals = store.add(
      new Approvals({
        redact: (slug, text) => logs.redact(slug, text),
        isProduction: (context) => contexts.cap(context).production,
      }),
    );
    const port = options.port ?? settings.settings.port;
    const gateway = store.add(
      new Gateway({
        port,
        mcpSocket: paths.mcpSocket,
        targets,
        tokens: internalTokens,
        version,
        allMode: () => settings.settings.all.mode,
        events: recordTraffic({ activity, audit, metrics, sightings }),
        approver: approvals,
        metrics: () => metrics.read(),
      }),
    );
    store.add(settings.onDidChange(() => gateway.followAllMode()));
    const address = store.add(new EndpointAddress(port, (wanted) => gateway.listen(wanted)));
    await address.open();
    const clients = store.add(
      await createClients({
        options,
        registry,
        settings,
        loginShell,
        tokens,
        sightings,
        home,
        endpointUrl: (slug) => address.of(slug),
      }),
    );
    await clients.start();
    const existing = createExisting({
      clients,
      registry,
      presets,
      servers,
      secrets,
      settings,
      kube,
      tokens,
      loginEnvironment,
      home,
      platform,
      endpoint: () => address.url,
      bridge: join(paths.state, 'bin'),
    });
    const monitor = store.add(
      new ReachabilityMonitor({
        wanted: () => contextsInUse(servers.list()),
        ask: (ref, signal) => isReachable(kube, ref, { signal }),
        tell: (ref, seen) => {
          contexts.setReachability(ref, seen);
          for (const server of servers.list()) {
            if (server.context === ref) supervisor.setReachability(server.slug, seen);
          }
        },
      }),
    );
    const wake = store.add(watchWake({ clocks, monitor, servers, supervisor, logs }));
    const contextSwitch = new ContextSwitch({
      contexts,
      servers,
      supervisor,
      settings,
      onProgress: () => status.touch(),
    });
    const parts = {
      version,
      platform,
      home,
      shell,
      settings,
      kube,
      contexts,
      credentials,
      contextSwitch,
      monitor,
      demo,
      presets,
      installer,
      servers,
      supervisor,
      logs,
      audit,
      approvals,
      clients,
      registry,
      existing,
      tokens,
      secrets,
      inspector,
      activity,
      sightings,
      meter,
      endClient: (client: string) => gateway.endClient(client),
      endpoint: () => ({ url: address.url, error: address.error }),
    };
    let shellWarning: ErrorInfo | null = null;
    let listed: readonly Client[] = await clients.list();
    const status = store.add(new StatusFeed(() => buildStatus(parts, { startedAt, clients: listed, shellWarning })));
    const doctor = createDoctor(parts, paths, () => loginShell.resolve());
    const core: CoreParts = { ...parts, status, doctor };

    const relistClients = async () => {
      listed = await clients.list();
    };
    const shellAnswered = loginShell.resolve();
    const more = { launcher, address, fixedPort: options.port, relistClients, shellAnswered };
    for (const subscription of followChanges(core, more)) {
      store.add(subscription);
    }
    void loginShell.resolve().then(({ warning }) => {
      shellWarning = warning;
      status.touch();
    });
    const log = (level: 'info' | 'error', text: string) => logs.append({ slug: 'berth', stream: 'event', level, text });
    const all = handlers(core);
    const streaming = streamSources(core);
    const dispatcher = store.add(
      new Dispatcher({
        handlers: all,
        sources: streaming,
        onDefect: (error, where) =>
          log('error', `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      }),
    );
    control.serve(dispatcher);
    log('info', `Berth ${version} (${shell.kind}) is up${address.error ? '' : `, endpoints at ${address.url}`}`);
    return {
      paths,
      dispatcher,
      status,
      handlers: all,
      sources: streaming,
      endpoint: core.endpoint,
      start: () => {
        servers.startWanted();
        begin();
      },
      resumed: () => wake.awoke(),
      dispose: () => {
        log('info', 'Berth is stopping');
        return store.dispose();
      },
    };
  } catch (error) {
    await store.dispose();
    throw startError(error, paths.state);
  }
}
