import { join } from 'node:path';
import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import type {
  Client,
  ClientAction,
  ClientBundle,
  ClientChange,
  ClientLink,
  ClientRoute,
  ClientVia,
  WhenRunning,
} from '../../../contract/model/client.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter, type Event } from '../emitter.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import type { PreparedToken } from '../secrets/endpoint-tokens.ts';
import { type ChangeRequest, changesFile, isCurrent } from './change-plan.ts';
import { ClientFiles } from './client-file.ts';
import { diffOf, notesOf, placeWarnings } from './describe-change.ts';
import { buildEntry, entryName, HIDDEN } from './entry.ts';
import { type ClientLocation, detectClient, expandPath, locateClient, type Presence } from './locate.ts';
import type { FoundEntry, Ownership } from './ownership.ts';
import { type ClientRow, rowAt, waysOf } from './registry.ts';
import { bridgeEntry, isThisEntry } from './routes/bridge-entry.ts';
import { ClientRoutes } from './routes/client-routes.ts';
import { bundlesFolder, installedBundles } from './routes/installed-bundles.ts';
import type { BundleParts } from './routes/mcpb.ts';
import { type Snippet, type SnippetRequest, snippetFor } from './routes/snippet.ts';

/** How AI clients start the stdio bridge: the shim with one stable path per install; Berth appends what it connects. */
export interface BridgeCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ClientServiceOptions {
  /** May change at any time, as `env` may; `relocate` tells that it did. */
  readonly registry: readonly ClientRow[];
  /** Environment of the user's login shell: paths of clients follow its overrides. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly stateFolder: string;
  /** The config file that the user chose for a client. */
  readonly pinnedFile?: (client: string) => string | undefined;
  /** URL of a server's Streamable HTTP endpoint. */
  readonly endpointUrl: (slug: string) => string;
  /** A new token for (slug, client), which replaces the former (D23) once the file holds it. */
  readonly prepareToken: (slug: string, clientId: string) => Promise<PreparedToken>;
  readonly revokeToken: (slug: string, clientId: string) => Promise<unknown>;
  readonly bridgeCommand: () => BridgeCommand;
  /** What bundles are made of; absent: none are made. */
  readonly bundleParts?: BundleParts;
  readonly commandTimeLimitMs?: number;
  /** When this client last used an endpoint, ISO time; the proof that an installation works. */
  readonly connectedAt?: (clientId: string) => string | null;
  readonly now?: () => Date;
  readonly watchTiming?: PathWatchTiming;
}

/**
 * The AI clients of this machine: what of Berth stands in their files, and safe changes of it. Every change can be previewed; a
 * failed change leaves the file as it was and no token behind.
 */
export class ClientService implements Disposable {
  readonly #options: ClientServiceOptions;
  readonly #files: ClientFiles;
  readonly #routes: ClientRoutes;
  readonly #changed = new Emitter<void>();
  readonly #watch: PathWatch;
  #queue: Promise<unknown> = Promise.resolve();

  /** A client's file changed, by Berth or by somebody else: ask `list` again. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(options: ClientServiceOptions) {
    this.#options = options;
    this.#files = new ClientFiles({
      stateFolder: options.stateFolder,
      platform: options.platform,
      ...(options.now ? { now: options.now } : {}),
    });
    this.#routes = new ClientRoutes({
      files: this.#files,
      machine: () => this.#options,
      bridgeCommand: options.bridgeCommand,
      bundleParts: options.bundleParts,
      bundleFolder: join(options.stateFolder, 'bundles'),
      commandTimeLimitMs: options.commandTimeLimitMs,
    });
    this.#watch = new PathWatch(() => this.#changed.fire(), options.watchTiming);
  }

  /** Begins to watch the clients' files; resolves when the watches stand. */
  async start(): Promise<void> {
    await this.#watchFiles();
  }

  /** The registry, the environment or a pinned file changed: watches the files where they are now, and announces it. */
  async relocate(): Promise<void> {
    await this.#watchFiles();
    this.#changed.fire();
  }

  /** Every client that this platform has, also those that are not installed. */
  async list(): Promise<Client[]> {
    const clients = await Promise.all(this.#options.registry.map((row) => this.#describe(row)));
    return clients.filter((client) => client !== null);
  }

  /** One client. Rejects with `not-found`. */
  async get(client: string): Promise<Client> {
    const described = await this.#describe(this.#row(client));
    if (described === null) throw noPlace(this.#row(client));
    return described;
  }

  /** Throws `not-found` or `invalid-argument` for a file that cannot be pinned for a client. */
  checkPin(client: string, file: string): void {
    this.#row(client);
    if (expandPath(file, this.#options) !== null) return;
    throw new BerthError('invalid-argument', `${file} is not the whole path of a file on this machine.`);
  }

  /** What a change would do to the file, with tokens as `…`; nothing is written and no token is minted. */
  async preview(request: {
    client: string;
    slugs: readonly string[];
    action: ClientAction;
    via?: ClientVia | undefined;
    route?: ClientRoute | undefined;
  }): Promise<ClientChange> {
    const row = this.#row(request.client);
    const place = await this.#place(row);
    const route = await this.#routes.choose(rowAt(row, place.via), request.route, request.via);
    if (route !== 'file') return await this.#routes.preview(row, place.file, route, request);
    const via = this.#via(rowAt(row, place.via), request.via);
    const presence = await detectClient(row, this.#options);
    const draft = this.#draft(row, request.action, via, request.slugs);
    const { state, plan } = await this.#files.plan(row, place.file, draft);
    const noop = !changesFile(state, plan);
    return {
      client: row.id,
      file: place.file,
      via,
      route,
      creates: state.snapshot.bytes === null && plan.text !== null && !noop,
      noop,
      diff: noop ? '' : diffOf(row, state, plan),
      steps: [],
      baseHash: state.snapshot.hash,
      blockedBy: null,
      notes: noop ? [] : notesOf(row, state, plan, place, presence, { action: request.action, via }),
      reload: row.reload,
    };
  }

  /**
   * Writes the servers' entries in one go. `baseHash` from the preview makes sure that what was shown is what is written. Rejects
   * with `already-exists`, `conflict`, `invalid-config`, `refused`; tokens that were
   * made for nothing are ended again, and the former ones stay valid.
   */
  async install(request: {
    client: string;
    slugs: readonly string[];
    via?: ClientVia | undefined;
    route?: ClientRoute | undefined;
    baseHash?: string | null | undefined;
    whenRunning?: WhenRunning | undefined;
  }): Promise<Client> {
    const row = this.#row(request.client);
    const via = this.#via(rowAt(row, (await this.#place(row)).via), request.via);
    const slugs = [...new Set(request.slugs)];
    if (slugs.length === 0) throw new BerthError('invalid-argument', 'Name at least one server to install.');
    return await this.#exclusively(row, async (place) => {
      const seen = (await detectClient(row, this.#options)) === 'found';
      const route = await this.#routes.choose(rowAt(row, place.via), request.route, request.via);
      if (route !== 'file') return await this.#installOutside(row, place, route, { ...request, slugs, seen });
      const prepared: PreparedToken[] = [];
      const complete = async (): Promise<ChangeRequest> => {
        const entries = new Map<string, Record<string, unknown>>();
        for (const slug of slugs) {
          const pending = via === 'url' ? await this.#options.prepareToken(slug, row.id) : null;
          if (pending) prepared.push(pending);
          entries.set(slug, this.#entry(row, via, slug, pending?.token));
        }
        return { action: 'install', via, seen, entries };
      };
      const draft = this.#draft(row, 'install', via, slugs);
      try {
        await this.#files.write(row, place.file, draft, { baseHash: request.baseHash, complete });
      } catch (error) {
        await Promise.allSettled(prepared.map((token) => token.drop()));
        throw error;
      }
      // Installed it is: that a former token lives until the next installation is no reason to say otherwise.
      await Promise.allSettled(prepared.map((token) => token.keep()));
    });
  }

  /** Takes entries out, all of ours without slugs, and ends their tokens. The former bytes come back. Rejects as `install` does. */
  async uninstall(request: {
    client: string;
    slugs?: readonly string[];
    route?: ClientRoute | undefined;
    baseHash?: string | null | undefined;
    whenRunning?: WhenRunning | undefined;
  }): Promise<Client> {
    const row = this.#row(request.client);
    const slugs = [...new Set(request.slugs ?? [])];
    return await this.#exclusively(row, async (place) => {
      const { ownership } = await this.#files.read(row, place.file);
      const route = await this.#routes.choose(row, request.route, undefined);
      const draft: ChangeRequest = { action: 'uninstall', slugs };
      if (route === 'file')
        await this.#files.write(row, place.file, draft, { baseHash: request.baseHash, complete: async () => draft });
      else if (route === 'cli')
        await this.#routes.change(row, place.file, { ...draft, baseHash: request.baseHash, seen: false });
      else await this.#routes.preview(row, place.file, route, draft);
      await this.#endTokens(row, ownership, (slug) => slugs.length === 0 || slugs.includes(slug));
    });
  }

  /** Links that make the application offer servers to its user; their entries count as ours once they are there. Rejects as `install` does. */
  async link(request: { client: string; slugs: readonly string[] }): Promise<{ client: Client; links: ClientLink[] }> {
    const row = this.#row(request.client);
    let links: ClientLink[] = [];
    const client = await this.#exclusively(row, async (place) => {
      await this.#routes.choose(rowAt(row, place.via), 'deeplink', undefined);
      const seen = (await detectClient(row, this.#options)) === 'found';
      links = await this.#routes.link(row, place.file, request.slugs, seen);
    });
    return { client, links };
  }

  /** Writes bundles for an application that installs them. Rejects with `unsupported`, `invalid-argument`. */
  async bundle(request: {
    client: string;
    slugs: readonly string[];
    output?: string | undefined;
  }): Promise<{ client: Client; bundles: ClientBundle[] }> {
    const row = this.#row(request.client);
    await this.#routes.choose(row, 'mcpb', undefined);
    const bundles = await this.#routes.bundle(row, request.slugs, request.output);
    return { client: await this.get(row.id), bundles };
  }

  /** An endpoint as text for a client that Berth does not write to. `mint` is asked for a token once, and only where one is needed. */
  async snippet(request: SnippetRequest, mint: () => Promise<string>): Promise<Snippet> {
    return await snippetFor(request, {
      ...this.#options,
      fileOf: async (row) => (await this.#locate(row))?.file ?? null,
      mint,
    });
  }

  dispose(): void {
    this.#watch.dispose();
  }

  async #installOutside(
    row: ClientRow,
    place: ClientLocation,
    route: Exclude<ClientRoute, 'file'>,
    request: { slugs: readonly string[]; seen: boolean; baseHash?: string | null | undefined },
  ): Promise<void> {
    if (route !== 'cli') {
      throw new BerthError(
        'unsupported',
        `${row.title} asks its user about a ${route === 'mcpb' ? 'bundle' : 'link'}.`,
        {
          hint: `Berth can only make it: \`berth install ${row.id} SLUG --route ${route}\`, clients.${route === 'mcpb' ? 'bundle' : 'link'}.`,
        },
      );
    }
    const { ownership } = await this.#files.read(row, place.file);
    await this.#routes.change(row, place.file, { ...request, action: 'install', baseHash: request.baseHash });
    // What was there by URL came with a token, which nothing holds any longer.
    await this.#endTokens(row, ownership, (slug) => request.slugs.includes(slug));
  }

  /** Ends the tokens of entries that are no longer in the file. */
  async #endTokens(row: ClientRow, before: Ownership, gone: (slug: string) => boolean): Promise<void> {
    const ended = before.entries.filter((one) => one.client === row.id && one.via === 'url' && gone(one.slug));
    for (const { slug } of ended) await this.#options.revokeToken(slug, row.id);
  }

  /** One change after the other within this process; the file's lock keeps out other processes. */
  async #exclusively(row: ClientRow, work: (place: ClientLocation) => Promise<void>): Promise<Client> {
    const turn = this.#queue.then(async () => work(await this.#place(row)));
    this.#queue = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#changed.fire();
    }
    return await this.get(row.id);
  }

  #draft(row: ClientRow, action: ClientAction, via: ClientVia, slugs: readonly string[]): ChangeRequest {
    if (action === 'uninstall') return { action, slugs };
    return {
      action,
      via,
      seen: false,
      entries: new Map(slugs.map((slug) => [slug, this.#entry(row, via, slug, HIDDEN)])),
    };
  }

  #entry(row: ClientRow, via: ClientVia, slug: string, token: string | undefined): Record<string, unknown> {
    const name = entryName(slug);
    if (via === 'url')
      return buildEntry(row, via, { name, url: this.#options.endpointUrl(slug), ...(token ? { token } : {}) });
    const { command, args, env } = this.#options.bridgeCommand();
    const all = [...args, 'connect', slug, '--client', row.id];
    return buildEntry(row, via, { name, command, args: all, ...(env && Object.keys(env).length > 0 ? { env } : {}) });
  }

  #isCurrent(row: ClientRow, entry: FoundEntry): boolean {
    const { slug, via, route } = entry.owned;
    if (route === 'file') return isCurrent(entry, this.#entry(row, via, slug, HIDDEN));
    return isThisEntry(entry.value, bridgeEntry(row, this.#options.bridgeCommand(), slug));
  }

  /** The way that was asked for, or the row's own. Throws `unsupported` for one that the client does not know. */
  #via(row: ClientRow, wanted: ClientVia | undefined): ClientVia {
    if (wanted === undefined || waysOf(row).includes(wanted)) return wanted ?? row.via;
    throw new BerthError(
      'unsupported',
      `${row.title} cannot be installed ${wanted === 'url' ? 'by URL' : 'over the bridge'}.`,
      {
        hint: `Leave --via out: ${row.title} only knows the other way.`,
      },
    );
  }

  async #describe(row: ClientRow): Promise<Client | null> {
    const place = await this.#locate(row);
    if (place === null) return null;
    const here = rowAt(row, place.via);
    const presence = await detectClient(row, this.#options);
    const client: Client = {
      id: row.id,
      title: row.title,
      state: presence === 'absent' ? 'absent' : 'available',
      application: presence,
      running: null,
      file: place.file,
      otherFiles: place.others.map(({ file }) => file),
      entries: [],
      bundles: await installedBundles(row, place.file),
      connectedAt: this.#options.connectedAt?.(row.id) ?? null,
      connectedAs: null,
      queued: null,
      warnings: placeWarnings(row, place),
      verifiedAt: row.verifiedAt,
      doubts: row.doubts,
      evidence: row.evidence,
      reload: row.reload,
      via: here.via,
      ways: waysOf(here),
      routes: await this.#routes.of(here),
      error: null,
    };
    try {
      const { found, settled } = await this.#files.read(row, place.file);
      if (settled) await this.#files.adopt(row, place.file).catch(() => undefined);
      client.entries = found.map((entry) => {
        // Still as we wrote it, but the endpoint or the bridge has moved since: installing again repairs it.
        const { slug, via } = entry.owned;
        const stale = entry.state === 'installed' && !this.#isCurrent(row, entry);
        return { slug, name: entry.name, via, state: stale ? 'outdated' : entry.state };
      });
      client.state = stateOf(client.state, found, client, presence);
    } catch (error) {
      client.state = 'unreadable';
      client.error = toErrorInfo(error);
    }
    return client;
  }

  #row(client: string): ClientRow {
    const row = this.#options.registry.find(({ id }) => id === client);
    if (row !== undefined) return row;
    throw new BerthError('not-found', `Berth does not know a client "${client}".`, {
      hint: `Known clients: ${this.#options.registry.map(({ id }) => id).join(', ')}. For others use \`berth endpoint SLUG\`.`,
    });
  }

  async #watchFiles(): Promise<void> {
    const paths = this.#options.registry.map(async (row) => {
      const place = await this.#locate(row);
      if (place === null) return [];
      const files = [place.file, ...place.others.map(({ file }) => file), bundlesFolder(row, place.file)];
      return files.filter((path) => path !== null);
    });
    await this.#watch.set((await Promise.all(paths)).flat());
  }

  #locate(row: ClientRow): Promise<ClientLocation | null> {
    return locateClient(row, this.#options, this.#options.pinnedFile?.(row.id));
  }

  async #place(row: ClientRow): Promise<ClientLocation> {
    const place = await this.#locate(row);
    if (place === null) throw noPlace(row);
    return place;
  }
}

function stateOf(
  without: Client['state'],
  entries: readonly FoundEntry[],
  { entries: all, bundles }: Pick<Client, 'entries' | 'bundles'>,
  presence: Presence,
): Client['state'] {
  const shown = all.filter(({ state }) => state !== 'awaited');
  if (shown.length === 0) return bundles.length > 0 ? 'installed' : without;
  if (shown.every(({ state }) => state === 'missing')) return 'wiped';
  if (shown.some(({ state }) => state !== 'installed')) return 'changed';
  return presence !== 'found' && entries.some(({ owned }) => owned.seen) ? 'orphaned' : 'installed';
}

function noPlace(row: ClientRow): BerthError {
  return new BerthError('unsupported', `Berth does not know where ${row.title} keeps its servers on this machine.`, {
    hint: 'Use `berth endpoint SLUG` and paste the URL and header where the client wants them.',
  });
}
