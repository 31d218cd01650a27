import type { Handlers, ParsedInput } from '../../contract/calls.ts';
import { BerthError } from '../../contract/errors.ts';
import { type Server, type ServerState, serverStates } from '../../contract/model/server.ts';
import { CONTRACT_VERSION } from '../../contract/version.ts';
import { METRICS } from './gateway/http-front.ts';
import { addablePath, addedOrigin } from './kube-path.ts';
import type { CoreParts } from './parts.ts';
import { secretNamesIn } from './presets/secret-references.ts';
import { requireEndpoint } from './servers/require-endpoint.ts';

/** Every call of the contract, answered by the parts of the core. Thin: what a call means stands in the part. */
export function handlers(core: CoreParts): Handlers {
  return {
    ...appHandlers(core),
    ...contextHandlers(core),
    ...serverHandlers(core),
    ...clientHandlers(core),
    ...keeperHandlers(core),
  };
}

type Only<Prefix extends string> = Pick<Handlers, Extract<keyof Handlers, `${Prefix}.${string}`>>;

function appHandlers({ shell, status, version, platform, secrets }: CoreParts): Only<'app'> {
  return {
    'app.hello': () => ({ contract: CONTRACT_VERSION, version, shell: shell.kind, pid: process.pid }),
    'app.status': () => status.current(),
    'app.capabilities': () => ({
      shell: shell.kind,
      platform,
      ...shell.capabilities,
      keychain: secrets.status().state === 'available',
    }),
    'app.open': () => shell.open(),
    'app.quit': () => {
      setImmediate(() => shell.quit());
      return null;
    },
    'app.pickPath': ({ kind }) => {
      if (shell.pickPath) return shell.pickPath(kind);
      throw new BerthError('unsupported', 'A browser cannot choose files for Berth.', {
        hint: 'Type the path instead.',
      });
    },
    'app.openExternal': async ({ url }) => {
      if (!shell.openExternal) {
        throw new BerthError('unsupported', 'Berth runs without a desktop.', { hint: `Open ${url} in your browser.` });
      }
      await shell.openExternal(url);
      return null;
    },
  };
}

function contextHandlers(core: CoreParts): Only<'contexts' | 'sources' | 'demo'> {
  const { contexts, contextSwitch, monitor, kube, settings, demo } = core;
  return {
    'contexts.list': async (input) => {
      if (input?.probe) await monitor.checkAll(contexts.list().map(({ ref }) => ref));
      return contexts.list();
    },
    'contexts.probe': async ({ context }) => {
      const { ref } = contexts.get(context);
      kube.credentials.retry(ref);
      await monitor.check(ref);
      return contexts.get(ref);
    },
    'contexts.use': ({ context, force }, { signal }) => contextSwitch.use(context, { force, signal }),
    'contexts.set': ({ context, changes }) => contexts.set(context, changes),
    'sources.list': () => [...kube.snapshot().sources],
    'sources.add': async ({ path }) => {
      const absolute = await addablePath(path, core.home);
      await settings.update((draft) => {
        if (!draft.kubeconfigs.includes(absolute)) draft.kubeconfigs.push(absolute);
      });
      await kube.refresh();
      const source = kube.snapshot().sources.find((one) => one.path === absolute);
      // What kubectl reads already, or an empty folder, is no row of its own; it is kept and watched all the same.
      return source ?? { path: absolute, origin: await addedOrigin(absolute), contexts: 0, error: null };
    },
    'sources.remove': async ({ path }) => {
      if (!settings.settings.kubeconfigs.includes(path)) {
        throw new BerthError('not-found', `${path} is not among the added kubeconfigs.`, {
          hint: 'Files of KUBECONFIG and ~/.kube/config cannot be removed here.',
        });
      }
      await settings.update((draft) => {
        draft.kubeconfigs = draft.kubeconfigs.filter((one) => one !== path);
      });
      await kube.refresh();
      return null;
    },
    'demo.set': async ({ on, keep }) => {
      if (keep) {
        await settings.update((draft) => {
          draft.demo = on;
        });
      }
      await demo.set(on);
      return contexts.list();
    },
  };
}

function serverHandlers({
  presets,
  installer,
  servers,
  supervisor,
  inspector,
  tokens,
  approvals,
}: CoreParts): Only<'presets' | 'servers'> {
  // One that somebody else stops meanwhile will not become ready.
  const settled: readonly ServerState[] = ['ready', 'degraded', 'failed', 'stopped'];
  // Nor will one stay stopped that somebody else starts again.
  const over = serverStates.filter((state) => state !== 'stopping');
  const each = async (
    input: ParsedInput<'servers.start'>,
    act: (slug: string) => Promise<void>,
    until: readonly ServerState[],
    signal: AbortSignal,
  ): Promise<Server[]> => {
    const slugs = input.all ? servers.list().map((server) => server.slug) : input.slugs;
    if (slugs.length === 0 && !input.all) {
      throw new BerthError('invalid-argument', 'No server was named.', { hint: 'Name one or more, or use --all.' });
    }
    for (const slug of slugs) servers.get(slug);
    return Promise.all(
      slugs.map(async (slug) => {
        await act(slug);
        if (input.waitMs > 0 && !until.includes(servers.get(slug).state)) {
          await supervisor.waitFor(slug, [...until], input.waitMs, signal).catch(stillOnItsWay);
        }
        if (input.waitMs > 0) await servers.counted(slug);
        return servers.get(slug);
      }),
    );
  };
  return {
    'presets.list': async (input) => {
      if (input?.refresh) await presets.refresh();
      return presets.list();
    },
    'presets.plan': ({ preset }) => installer.plan(preset),
    'presets.uninstall': async ({ preset }) => {
      await installer.uninstall(preset);
      return null;
    },
    'servers.list': () => servers.list(),
    'servers.get': ({ slug }) => servers.get(slug),
    'servers.add': (input) => servers.add(input),
    'servers.update': (input) => servers.update(input),
    'servers.remove': async ({ slug }) => {
      await servers.remove(slug);
      // A server that is docked later under this name is another one: nobody's old token opens it.
      await tokens.revokeSlug(slug);
      approvals.forget(slug);
      return null;
    },
    'servers.start': (input, { signal }) => each(input, (slug) => servers.start(slug), settled, signal),
    'servers.stop': (input, { signal }) => each(input, (slug) => servers.stop(slug), over, signal),
    'servers.restart': (input, { signal }) => each(input, (slug) => servers.restart(slug), settled, signal),
    'servers.tools': ({ slug }, { signal }) => {
      requireEndpoint(servers, slug);
      return inspector.tools(slug, 'inspector', signal);
    },
    'servers.call': async ({ slug, tool, args, who }, { signal }) => {
      requireEndpoint(servers, slug);
      return (await inspector.call(slug, tool, args, { who, signal })).result;
    },
  };
}

/** Waiting was bounded: the caller sees the state it has reached and decides. */
function stillOnItsWay(error: unknown): void {
  if (!(error instanceof BerthError) || error.code !== 'timed-out') throw error;
}

function clientHandlers({
  clients,
  existing,
  tokens,
  servers,
  endpoint,
  endClient,
  shell,
}: CoreParts): Only<'clients' | 'endpoint'> {
  const requireEach = (slugs: readonly string[]) => {
    for (const slug of slugs) requireEndpoint(servers, slug);
  };
  return {
    'clients.list': () => clients.list(),
    'clients.preview': (input) => {
      if (input.action === 'install') requireEach(input.slugs);
      return clients.preview(input);
    },
    'clients.install': (input) => {
      requireEach(input.slugs);
      return clients.install(input);
    },
    'clients.link': async ({ client, slugs, open }) => {
      requireEach(slugs);
      const answer = await clients.link({ client, slugs });
      const { openClientLink } = shell;
      if (!open || !openClientLink) return { ...answer, opened: false };
      for (const { url } of answer.links) await openClientLink(url);
      return { ...answer, opened: true };
    },
    'clients.bundle': async ({ client, slugs, output, open }) => {
      requireEach(slugs);
      const answer = await clients.bundle({ client, slugs, output });
      const { openFile } = shell;
      if (!open || !openFile) return { ...answer, opened: false };
      const opened = await Promise.all(answer.bundles.map(({ file }) => openFile(file)));
      return { ...answer, opened: opened.every(Boolean) };
    },
    'clients.uninstall': (input) => clients.uninstall(input),
    'clients.repair': (input) => clients.repair(input),
    'clients.cancelQueued': ({ client }) => clients.cancelQueued(client),
    'clients.uninstallAll': (input) => clients.uninstallAll(input?.whenRunning),
    'clients.history': () => clients.history(),
    'clients.undoPreview': (input) => clients.previewUndo(input?.id),
    'clients.undo': (input) => clients.undo(input),
    'endpoint.snippet': ({ slug, format, name, via }) => {
      requireEach([slug]);
      return clients.snippet({ slug, format, name, via }, () => tokens.mint(slug, name));
    },
    'clients.existing': (input) => existing.list(input?.client),
    'clients.importPreview': (input) => existing.preview(input),
    'clients.import': (input) => existing.import(input),
    'endpoint.mint': async ({ slug, name }) => {
      if (slug !== METRICS) requireEndpoint(servers, slug);
      const url = `${endpoint().url}/${slug === METRICS ? METRICS : `${slug}/mcp`}`;
      const token = await tokens.mint(slug, name);
      return { url, headers: { Authorization: `Bearer ${token}` } };
    },
    'endpoint.revoke': async ({ name }) => {
      const revoked = await tokens.revoke(name);
      endClient(name);
      return { revoked };
    },
    'endpoint.tokens': () => tokens.list(),
  };
}

function keeperHandlers(core: CoreParts): Only<'approvals' | 'audit' | 'logs' | 'secrets' | 'settings'> {
  const { approvals, audit, clients, logs, secrets, settings, servers, shell } = core;
  return {
    'approvals.list': () => approvals.list(),
    'approvals.decide': ({ id, approve }) => approvals.decide(id, approve),
    'audit.query': (filter) => audit.query(filter ?? {}),
    'logs.query': (filter) => logs.query(filter ?? {}),
    'logs.export': (request) => logs.exportPart(request),
    'secrets.list': async () => {
      const users = servers.list();
      return (await secrets.list()).map((name) => ({
        name,
        usedBy: users.filter((server) => secretNamesIn(server.options).includes(name)).map((server) => server.slug),
      }));
    },
    'secrets.set': async ({ name, value }) => {
      await secrets.set(name, value);
      return null;
    },
    'secrets.remove': async ({ name }) => {
      if (await secrets.delete(name)) return null;
      throw new BerthError('not-found', `There is no secret "${name}".`, { hint: 'See `berth secrets list`.' });
    },
    'settings.get': () => ({ path: settings.file, settings: settings.settings }),
    'settings.update': async (patch) => {
      for (const [id, { file }] of Object.entries(patch.clients ?? {})) {
        if (file !== undefined && file !== settings.settings.clients[id]?.file) clients.checkPin(id, file);
      }
      await settings.update((draft) => Object.assign(draft, patch));
      if (patch.startAtLogin !== undefined) await shell.setStartAtLogin?.(patch.startAtLogin);
      return settings.settings;
    },
  };
}
