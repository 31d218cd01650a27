import { join } from 'node:path';
import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import type {
  Client,
  ClientAction,
  ClientBundle,
  ClientChange,
  ClientLink,
  ClientRoute,
  ClientUninstalled,
  ClientVia,
  ClientWrite,
  WhenRunning,
} from '../../../contract/model/client.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter, type Event } from '../emitter.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import type { PreparedToken } from '../secrets/endpoint-tokens.ts';
import { Applications } from './applications.ts';
import { type ChangeRequest, type ClientFileState, changesFile, isCurrent } from './change-plan.ts';
import { ClientFiles } from './client-file.ts';
import { diffOf, notesOf, placeWarnings } from './describe-change.ts';
import { withDuplicates } from './duplicates.ts';
import { buildEntry, entryName, HIDDEN } from './entry.ts';
import { describeWrite, readHistory } from './history.ts';
import { type ClientLocation, detectClient, expandPath, locateClient, type Presence } from './locate.ts';
import type { FoundEntry, Ownership } from './ownership.ts';
import { type Former, readFormer } from './plan-restore.ts';
import { type ClientRow, rowAt, waysOf } from './registry.ts';
import { bridgeEntry, isThisEntry } from './routes/bridge-entry.ts';
import { ClientRoutes } from './routes/client-routes.ts';
import { bundlesFolder, installedBundles } from './routes/installed-bundles.ts';
import type { BundleParts } from './routes/mcpb.ts';
import { type Snippet, type SnippetRequest, snippetFor } from './routes/snippet.ts';
import type { Sighting } from './sightings.ts';
import { bySlug, type EntryMaker, undoRequest, writeToUndo } from './undo.ts';
import { blockedWords, WriteGate, type WriteGateOptions } from './write-gate.ts';

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
  /** When a client last used an endpoint, and as what: the proof that an installation works. */
  readonly seen?: (clientId: string) => Sighting | null;
  /** How often to look whether an application has quit that a change waits for, in ms. */
  readonly lookMs?: number;
  /** Tells whether applications run; by default those of this machine. */
  readonly applications?: WriteGateOptions['applications'];
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
  readonly #gate: WriteGate;
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
    this.#gate = new WriteGate({
      applications: options.applications ?? new Applications(options),
      stateFolder: options.stateFolder,
      row: (client) => options.registry.find(({ id }) => id === client),
      write: (item) => this[item.action]({ ...item, whenRunning: 'write' }),
      onChange: () => this.#changed.fire(),
      now: options.now ?? (() => new Date()),
      ...(options.lookMs === undefined ? {} : { lookMs: options.lookMs }),
    });
  }

  /** Begins to watch the clients' files; resolves when the watches stand. */
  async start(): Promise<void> {
    await this.#gate.start();
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
    return withDuplicates(
      clients.filter((client) => client !== null),
      this.#options.registry,
    );
  }

  /** One client. Rejects with `not-found`. */
  async get(client: string): Promise<Client> {
    const row = this.#row(client);
    const described = (await this.list()).find(({ id }) => id === row.id);
    if (described === undefined) throw noPlace(row);
    return described;
  }

  /** Throws `not-found` or `invalid-argument` for a file that cannot be pinned for a client. */
  checkPin(client: string, file: string): void {
    this.#row(client);
    if (expandPath(file, this.#options) !== null) return;
    throw new BerthError('invalid-argument', `${file} is not the whole path of a file on this machine.`);
  }

  /** The files that exist and parse, with everything that stands in them. */
  async files(): Promise<{ row: ClientRow; file: string; state: ClientFileState }[]> {
    const read = await Promise.all(
      this.#options.registry.map(async (row) => {
        const place = await this.#locate(row);
        if (place === null) return null;
        // One that cannot be read is told of where clients are listed.
        const state = await this.#files.read(row, place.file).catch(() => null);
        return state === null || state.snapshot.bytes === null ? null : { row, file: place.file, state };
      }),
    );
    return read.filter((file) => file !== null);
  }

  /** What a change would do to the file, with tokens as `…`; nothing is written and no token is minted. */
  async preview(request: {
    client: string;
    slugs: readonly string[];
    action: ClientAction;
    via?: ClientVia | undefined;
    route?: ClientRoute | undefined;
    /** Foreign entries that would go in the same write. */
    replaces?: readonly string[];
  }): Promise<ClientChange> {
    const row = this.#row(request.client);
    const place = await this.#place(row);
    const route = await this.#routes.choose(rowAt(row, place.via), request.route, request.via);
    if (route !== 'file') return await this.#routes.preview(row, place.file, route, request);
    const via = this.#via(rowAt(row, place.via), request.via);
    return await this.#show(row, place, via, () =>
      this.#draft(row, request.action, via, request.slugs, request.replaces),
    );
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
    replaces?: readonly string[];
  }): Promise<Client> {
    const row = this.#row(request.client);
    if (request.replaces && request.whenRunning === 'queue') throw cannotWait(row, 'An import');
    const via = this.#via(rowAt(row, (await this.#place(row)).via), request.via);
    const slugs = [...new Set(request.slugs)];
    if (slugs.length === 0) throw new BerthError('invalid-argument', 'Name at least one server to install.');
    return await this.#gated(row, { action: 'install', slugs, via }, request.whenRunning, async (place) => {
      const seen = (await detectClient(row, this.#options)) === 'found';
      const route = await this.#routes.choose(rowAt(row, place.via), request.route, request.via);
      if (route !== 'file') {
        return await this.#changeOutside(row, place, route, {
          action: 'install',
          slugs,
          seen,
          baseHash: request.baseHash,
        });
      }
      await this.#write(row, place, request.baseHash, async (_state, make) => ({
        action: 'install',
        via,
        seen,
        entries: await bySlug(slugs, (slug) => make.entry(slug, via)),
        replaces: request.replaces ?? [],
      }));
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
    return await this.#gated(row, { action: 'uninstall', slugs }, request.whenRunning, async (place) => {
      const route = await this.#routes.choose(row, request.route, undefined);
      const draft: ChangeRequest = { action: 'uninstall', slugs };
      if (route === 'file') return await this.#write(row, place, request.baseHash, async () => draft);
      await this.#changeOutside(row, place, route, { ...draft, seen: false, baseHash: request.baseHash });
    });
  }

  /** Writes every entry that is not as Berth wrote it anew, each in its own way. What somebody added to them stays. */
  async repair(request: { client: string; whenRunning?: WhenRunning | undefined }): Promise<Client> {
    let client = await this.get(request.client);
    for (const via of client.ways) {
      const odd = client.entries.filter((entry) => entry.via === via && entry.state !== 'installed');
      const slugs = odd.map(({ slug }) => slug);
      if (slugs.length > 0) client = await this.install({ ...request, slugs, via });
    }
    return client;
  }

  /** Takes everything of ours out of every client; one that refuses keeps no other from it. */
  async uninstallAll(whenRunning?: WhenRunning): Promise<ClientUninstalled[]> {
    const results: ClientUninstalled[] = [];
    for (const { id, title, file, entries } of await this.list()) {
      await this.#gate.cancel(id);
      if (entries.length === 0) continue;
      const error = await this.uninstall({ client: id, whenRunning }).then(() => null, toErrorInfo);
      results.push({ client: id, title, file, entries: entries.map(({ name }) => name), error });
    }
    return results;
  }

  /** Takes a change back that waits until an application has quit. */
  async cancelQueued(client: string): Promise<Client> {
    const row = this.#row(client);
    if (await this.#gate.cancel(row.id)) return await this.get(client);
    throw new BerthError('not-found', `No change waits for ${row.title}.`);
  }

  /** Every write of every client's file, newest first. */
  async history(): Promise<ClientWrite[]> {
    const writes = await readHistory(this.#files.journal);
    return await Promise.all(writes.map((write) => describeWrite(this.#files.journal, write, this.#options.registry)));
  }

  /** What taking a write back would do; without an id the last one that still stands. Rejects as `undo` does. */
  async previewUndo(id?: string): Promise<ClientChange> {
    const { row, place, former } = await this.#formerOf(id);
    return await this.#show(row, place, row.via, (state) => undoRequest(row, state, former, this.#rehearsal(row)));
  }

  /**
   * Takes a write back: byte for byte where nobody has changed the file since, but for tokens, which ended with their entries and are
   * made anew. Rejects with `not-found`, or with `conflict` where that is not possible any more.
   */
  async undo(request: {
    id?: string | undefined;
    baseHash?: string | null | undefined;
    whenRunning?: WhenRunning | undefined;
  }): Promise<Client> {
    const { row, place, former } = await this.#formerOf(request.id);
    if (request.whenRunning === 'queue') throw cannotWait(row, 'An undo');
    return await this.#gated(row, { action: 'install', slugs: [] }, request.whenRunning, () =>
      this.#write(row, place, request.baseHash, (state, make) => undoRequest(row, state, former, make)),
    );
  }

  /** Links that make the application offer servers to its user; their entries count as ours once they are there. Rejects as `install` does. */
  async link(request: { client: string; slugs: readonly string[] }): Promise<{ client: Client; links: ClientLink[] }> {
    const row = this.#row(request.client);
    let links: ClientLink[] = [];
    await this.#exclusively(row, async (place) => {
      await this.#routes.choose(rowAt(row, place.via), 'deeplink', undefined);
      const seen = (await detectClient(row, this.#options)) === 'found';
      links = await this.#routes.link(row, place.file, request.slugs, seen);
    });
    return { client: await this.get(row.id), links };
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
    this.#gate.dispose();
  }

  /** Lets a change through when the application does not stand in its way; else it waits, or is refused. */
  async #gated(
    row: ClientRow,
    item: { readonly action: ClientAction; readonly slugs: string[]; readonly via?: ClientVia },
    whenRunning: WhenRunning | undefined,
    write: (place: ClientLocation) => Promise<void>,
  ): Promise<Client> {
    if (whenRunning === 'queue') await this.preview({ client: row.id, ...item });
    await this.#gate.pass(row, item, whenRunning, () => this.#exclusively(row, write));
    return await this.get(row.id);
  }

  /**
   * Plans with entries whose tokens are hidden, and only when all is well makes the tokens. Those that were made for nothing are ended
   * again; those whose entries went, too.
   */
  async #write(
    row: ClientRow,
    place: ClientLocation,
    baseHash: string | null | undefined,
    make: (state: ClientFileState, maker: EntryMaker) => Promise<ChangeRequest>,
  ): Promise<void> {
    const state = await this.#files.read(row, place.file);
    const draft = await make(state, this.#rehearsal(row));
    const prepared: PreparedToken[] = [];
    const token = async (slug: string) => {
      const pending = await this.#options.prepareToken(slug, row.id);
      prepared.push(pending);
      return pending.token;
    };
    const maker: EntryMaker = {
      token,
      entry: async (slug, via) => this.#entry(row, via, slug, via === 'url' ? await token(slug) : undefined),
    };
    let after: Ownership;
    try {
      after = await this.#files.write(row, place.file, draft, { baseHash, complete: () => make(state, maker) });
    } catch (error) {
      await Promise.allSettled(prepared.map((token) => token.drop()));
      throw error;
    }
    // Written it is: that a former token lives until the next installation is no reason to say otherwise.
    await Promise.allSettled(prepared.map((token) => token.keep()));
    await this.#endTokens(row, state.ownership, after);
  }

  /** What a change would do now. */
  async #show(
    row: ClientRow,
    place: ClientLocation,
    via: ClientVia,
    draft: (state: ClientFileState) => ChangeRequest | Promise<ChangeRequest>,
  ): Promise<ClientChange> {
    const request = await draft(await this.#files.read(row, place.file));
    const { state, plan } = await this.#files.plan(row, place.file, request);
    const noop = !changesFile(state, plan);
    const presence = await detectClient(row, this.#options);
    const blocked = !noop && (await this.#gate.blocking(row)) !== null;
    return {
      client: row.id,
      file: place.file,
      via,
      route: 'file',
      creates: state.snapshot.bytes === null && plan.text !== null && !noop,
      noop,
      diff: noop ? '' : diffOf(row, state, plan),
      steps: [],
      baseHash: state.snapshot.hash,
      blockedBy: blocked ? blockedWords(row) : null,
      notes: noop ? [] : notesOf(row, state, plan, place, presence, { action: request.action, via }),
      reload: row.reload,
    };
  }

  /** What is put back when a write is taken back, and where. */
  async #formerOf(id: string | undefined): Promise<{ row: ClientRow; place: ClientLocation; former: Former }> {
    const write = writeToUndo(await readHistory(this.#files.journal), id);
    const row = this.#row(write.client);
    // The file of that write, also when the client keeps its servers elsewhere by now.
    const place: ClientLocation = { ...(await this.#place(row)), file: write.path };
    return { row, place, former: await readFormer(this.#files.journal, row, write) };
  }

  /** Entries as they will be, but for their tokens. */
  #rehearsal(row: ClientRow): EntryMaker {
    return { token: async () => HIDDEN, entry: async (slug, via) => this.#entry(row, via, slug, HIDDEN) };
  }

  /** A change that Berth does not write itself. Rejects with `unsupported` for a route on which it can only offer one. */
  async #changeOutside(
    row: ClientRow,
    place: ClientLocation,
    route: Exclude<ClientRoute, 'file'>,
    request: Parameters<ClientRoutes['change']>[2],
  ): Promise<void> {
    if (route !== 'cli') throw onlyOffered(row, route);
    const { ownership } = await this.#files.read(row, place.file);
    await this.#routes.change(row, place.file, request);
    await this.#endTokens(row, ownership, (await this.#files.read(row, place.file)).ownership);
  }

  /** Ends the tokens of entries that no longer hold one. */
  async #endTokens(row: ClientRow, before: Ownership, after: Ownership): Promise<void> {
    const holders = ({ entries }: Ownership) =>
      entries.filter(({ client, via }) => client === row.id && via === 'url').map(({ slug }) => slug);
    const left = new Set(holders(after));
    for (const slug of holders(before)) if (!left.has(slug)) await this.#options.revokeToken(slug, row.id);
  }

  /** One change after the other within this process; the file's lock keeps out other processes. */
  async #exclusively(row: ClientRow, work: (place: ClientLocation) => Promise<void>): Promise<void> {
    const turn = this.#queue.then(async () => work(await this.#place(row)));
    this.#queue = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#changed.fire();
    }
  }

  #draft(
    row: ClientRow,
    action: ClientAction,
    via: ClientVia,
    slugs: readonly string[],
    replaces: readonly string[] = [],
  ): ChangeRequest {
    if (action === 'uninstall') return { action, slugs };
    return {
      action,
      via,
      seen: false,
      replaces,
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
      running: row.rewrites ? (await this.#gate.blocking(row)) !== null : null,
      file: place.file,
      otherFiles: place.others.map(({ file }) => file),
      entries: [],
      bundles: await installedBundles(row, place.file),
      connectedAt: this.#options.seen?.(row.id)?.at ?? null,
      connectedAs: this.#options.seen?.(row.id)?.as ?? null,
      queued: this.#queued(row),
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

  #queued(row: ClientRow): Client['queued'] {
    const waiting = this.#gate.waiting(row.id);
    if (waiting === null) return null;
    const { action, slugs, since, problem } = waiting;
    return { action, slugs, since, problem };
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

function onlyOffered(row: ClientRow, route: 'deeplink' | 'mcpb'): BerthError {
  const [what, call] = route === 'mcpb' ? ['bundle', 'clients.bundle'] : ['link', 'clients.link'];
  return new BerthError('unsupported', `${row.title} asks its user about a ${what}.`, {
    hint: `Berth can only make it: \`berth install ${row.id} SLUG --route ${route}\`, ${call}.`,
  });
}

function cannotWait(row: ClientRow, what: string): BerthError {
  return new BerthError(
    'unsupported',
    `${what} cannot wait: what is put back or replaced depends on what the file is then.`,
    {
      hint: `Quit ${row.title} and try again then, or use --when-running restart.`,
    },
  );
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
