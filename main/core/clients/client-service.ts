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
import { Applications } from './applications.ts';
import { type ChangeRequest, type ClientFileState, changesFile } from './change-plan.ts';
import { ClientEntries, type ClientEntriesOptions, chosenWay } from './client-entries.ts';
import { ClientFiles } from './client-file.ts';
import { ClientPlaces, type ClientPlacesOptions } from './client-places.ts';
import { type ClientTokens, ClientWriter } from './client-writer.ts';
import { diffOf, notesOf } from './describe-change.ts';
import { describeClient } from './describe-client.ts';
import { withDuplicates } from './duplicates.ts';
import { entryName } from './entry.ts';
import { describeWrite, readHistory } from './history.ts';
import type { ClientLocation } from './locate.ts';
import { type Former, readFormer } from './plan-restore.ts';
import { type ClientRow, rowAt } from './registry.ts';
import { ClientRoutes } from './routes/client-routes.ts';
import type { BundleParts } from './routes/mcpb.ts';
import { type Snippet, type SnippetRequest, snippetFor } from './routes/snippet.ts';
import type { Sighting } from './sightings.ts';
import { bySlug, type EntryMaker, undoRequest, writeToUndo } from './undo.ts';
import { blockedWords, WriteGate, type WriteGateOptions } from './write-gate.ts';

/** `registry` and `env`, the environment of the user's login shell, may change at any time; `relocate` tells that they did. */
export interface ClientServiceOptions extends ClientPlacesOptions, ClientEntriesOptions, ClientTokens {
  readonly stateFolder: string;
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

/** How a change is made. */
interface HowToWrite {
  readonly route?: ClientRoute | undefined;
  /** From the preview: makes sure that what was shown is what is written. */
  readonly baseHash?: string | null | undefined;
  readonly whenRunning?: WhenRunning | undefined;
}

/**
 * The AI clients of this machine: what of Berth stands in their files, and safe changes of it. Every change can be previewed; a
 * failed change leaves the file as it was and no token behind.
 */
export class ClientService implements Disposable {
  readonly #options: ClientServiceOptions;
  readonly #places: ClientPlaces;
  readonly #files: ClientFiles;
  readonly #entries: ClientEntries;
  readonly #routes: ClientRoutes;
  readonly #writer: ClientWriter;
  readonly #gate: WriteGate;
  readonly #watch: PathWatch;
  readonly #changed = new Emitter<void>();
  #queue: Promise<unknown> = Promise.resolve();

  /** A client's file changed, by Berth or by somebody else: ask `list` again. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(options: ClientServiceOptions) {
    this.#options = options;
    const { stateFolder, platform, bridgeCommand, now = () => new Date() } = options;
    this.#places = new ClientPlaces(options);
    this.#files = new ClientFiles({ stateFolder, platform, now });
    this.#entries = new ClientEntries(options);
    this.#routes = new ClientRoutes({
      files: this.#files,
      machine: () => options,
      bridgeCommand,
      bundleParts: options.bundleParts,
      bundleFolder: join(stateFolder, 'bundles'),
      commandTimeLimitMs: options.commandTimeLimitMs,
    });
    this.#writer = new ClientWriter({ files: this.#files, entries: this.#entries, routes: this.#routes }, options);
    this.#gate = new WriteGate({
      applications: options.applications ?? new Applications(options),
      stateFolder,
      row: (client) => options.registry.find(({ id }) => id === client),
      write: (item) => this[item.action]({ ...item, whenRunning: 'write' }),
      onChange: () => this.#changed.fire(),
      now,
      ...(options.lookMs === undefined ? {} : { lookMs: options.lookMs }),
    });
    this.#watch = new PathWatch(() => this.#changed.fire(), options.watchTiming);
  }

  /** Takes up what waits, and begins to watch the clients' files; resolves when the watches stand. */
  async start(): Promise<void> {
    await this.#gate.start();
    await this.#watch.set(await this.#places.watched());
  }

  /** The registry, the environment or a pinned file changed: watches the files where they are now, and announces it. */
  async relocate(): Promise<void> {
    await this.#watch.set(await this.#places.watched());
    this.#changed.fire();
  }

  /** Every client that this platform has, also those that are not installed. */
  async list(): Promise<Client[]> {
    return await this.#describe(this.#places.rows);
  }

  /** One client. Rejects with `not-found`, or `unsupported` where it has no place on this platform. */
  async get(client: string): Promise<Client> {
    const row = this.#places.row(client);
    await this.#places.place(row);
    const related = this.#places.rows.filter(({ id }) => row.alsoReads.some((other) => other.client === id));
    const described = (await this.#describe([row, ...related])).find(({ id }) => id === row.id);
    if (described === undefined) throw new BerthError('not-found', `${row.title} is not known any more.`);
    return described;
  }

  /** Throws `not-found` or `invalid-argument` for a file that cannot be pinned for a client. */
  checkPin(client: string, file: string): void {
    this.#places.checkPin(client, file);
  }

  /** The files that exist and parse, with everything that stands in them. */
  async files(): Promise<{ row: ClientRow; file: string; state: ClientFileState }[]> {
    const read = await Promise.all(
      this.#places.rows.map(async (row) => {
        const place = await this.#places.locate(row);
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
    const { action, slugs, replaces = [] } = request;
    const row = this.#places.row(request.client);
    const place = await this.#places.place(row);
    const here = rowAt(row, place.via);
    const route = await this.#routes.choose(here, request.route, request.via);
    if (route !== 'file') return await this.#routes.preview(row, place.file, route, request);
    const via = chosenWay(here, request.via);
    return await this.#show(row, place, via, async (_state, make) =>
      action === 'uninstall'
        ? { action, slugs }
        : { action, via, seen: false, replaces, entries: await bySlug(slugs, (slug) => make.entry(slug, via)) },
    );
  }

  /**
   * Writes the servers' entries in one go. `baseHash` from the preview makes sure that what was shown is what is written. Rejects
   * with `already-exists`, `conflict`, `invalid-config`, `refused`; tokens that were
   * made for nothing are ended again, and the former ones stay valid.
   */
  async install(
    request: HowToWrite & {
      readonly client: string;
      readonly slugs: readonly string[];
      readonly via?: ClientVia | undefined;
      /** Foreign entries that go in the same write, because their owner asked for it. */
      readonly replaces?: readonly string[];
    },
  ): Promise<Client> {
    const { baseHash, replaces = [] } = request;
    const row = this.#places.row(request.client);
    if (replaces.length > 0 && request.whenRunning === 'queue') throw cannotWait(row, 'An import');
    const via = chosenWay(rowAt(row, (await this.#places.place(row)).via), request.via);
    const slugs = [...new Set(request.slugs)];
    if (slugs.length === 0) throw new BerthError('invalid-argument', 'Name at least one server to install.');
    return await this.#gated(row, { action: 'install', slugs, via }, request.whenRunning, async (place) => {
      const seen = (await this.#places.presence(row)) === 'found';
      const route = await this.#routes.choose(rowAt(row, place.via), request.route, request.via);
      if (route !== 'file') {
        return await this.#writer.outside(row, place.file, route, { action: 'install', slugs, seen, baseHash });
      }
      await this.#writer.write(row, place.file, baseHash, async (_state, make) => ({
        action: 'install',
        via,
        seen,
        replaces,
        entries: await bySlug(slugs, (slug) => make.entry(slug, via)),
      }));
    });
  }

  /** Takes entries out, all of ours without slugs, and ends their tokens. The former bytes come back. Rejects as `install` does. */
  async uninstall(
    request: HowToWrite & { readonly client: string; readonly slugs?: readonly string[] },
  ): Promise<Client> {
    const { baseHash } = request;
    const row = this.#places.row(request.client);
    const slugs = [...new Set(request.slugs ?? [])];
    return await this.#gated(row, { action: 'uninstall', slugs }, request.whenRunning, async (place) => {
      const route = await this.#routes.choose(row, request.route, undefined);
      const draft: ChangeRequest = { action: 'uninstall', slugs };
      if (route === 'file') return await this.#writer.write(row, place.file, baseHash, async () => draft);
      await this.#writer.outside(row, place.file, route, { ...draft, seen: false, baseHash });
    });
  }

  /** Writes every entry that is not as Berth wrote it anew, each in its own way. What somebody added to them stays. */
  async repair(request: { client: string; whenRunning?: WhenRunning | undefined }): Promise<Client> {
    let client = await this.get(request.client);
    for (const via of client.ways) {
      const odd = client.entries.filter((entry) => entry.via === via && repairable.includes(entry.state));
      const slugs = odd.map(({ slug }) => slug);
      // Only Berth's own edit keeps what somebody has added.
      if (slugs.length > 0) client = await this.install({ ...request, slugs, via, route: 'file' });
    }
    return client;
  }

  /** Takes everything of ours out of every client; one that refuses keeps no other from it. */
  async uninstallAll(whenRunning?: WhenRunning): Promise<ClientUninstalled[]> {
    const results: ClientUninstalled[] = [];
    for (const { id, title, file, entries, bundles } of await this.list()) {
      await this.#gate.cancel(id);
      const about = { client: id, title, file };
      if (entries.length > 0) {
        const error = await this.uninstall({ client: id, route: 'file', whenRunning }).then(() => null, toErrorInfo);
        results.push({ ...about, entries: entries.map(({ name }) => name), error });
      }
      if (bundles.length > 0) {
        const names = bundles.map(({ slug }) => entryName(slug));
        results.push({ ...about, entries: names, error: toErrorInfo(bundlesStay(title)) });
      }
    }
    return results;
  }

  /** Takes a change back that waits until an application has quit. */
  async cancelQueued(client: string): Promise<Client> {
    const row = this.#places.row(client);
    if (await this.#gate.cancel(row.id)) return await this.get(client);
    throw new BerthError('not-found', `No change waits for ${row.title}.`);
  }

  /** Every write of every client's file, newest first. */
  async history(): Promise<ClientWrite[]> {
    const writes = await readHistory(this.#files.journal);
    return await Promise.all(writes.map((write) => describeWrite(this.#files.journal, write, this.#places.rows)));
  }

  /** What taking a write back would do; without an id the last one that still stands. Rejects as `undo` does. */
  async previewUndo(id?: string): Promise<ClientChange> {
    const { row, place, former } = await this.#formerOf(id);
    return await this.#show(row, place, row.via, (state, make) => undoRequest(row, state, former, make));
  }

  /**
   * Takes a write back: byte for byte where nobody has changed the file since, but for tokens, which ended with their entries and are
   * made anew. Rejects with `not-found`, or with `conflict` where that is not possible any more.
   */
  async undo(request: Omit<HowToWrite, 'route'> & { readonly id?: string | undefined }): Promise<Client> {
    const { row, place, former } = await this.#formerOf(request.id);
    if (request.whenRunning === 'queue') throw cannotWait(row, 'An undo');
    return await this.#gated(row, { action: 'install', slugs: [] }, request.whenRunning, () =>
      this.#writer.write(row, place.file, request.baseHash, (state, make) => undoRequest(row, state, former, make)),
    );
  }

  /** Links that make the application offer servers to its user; their entries count as ours once they are there. Rejects as `install` does. */
  async link(request: { client: string; slugs: readonly string[] }): Promise<{ client: Client; links: ClientLink[] }> {
    const row = this.#places.row(request.client);
    let links: ClientLink[] = [];
    await this.#exclusively(row, async (place) => {
      await this.#routes.choose(rowAt(row, place.via), 'deeplink', undefined);
      const seen = (await this.#places.presence(row)) === 'found';
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
    const row = this.#places.row(request.client);
    await this.#routes.choose(row, 'mcpb', undefined);
    const bundles = await this.#routes.bundle(row, request.slugs, request.output);
    return { client: await this.get(row.id), bundles };
  }

  /** An endpoint as text for a client that Berth does not write to. `mint` is asked for a token once, and only where one is needed. */
  async snippet(request: SnippetRequest, mint: () => Promise<string>): Promise<Snippet> {
    return await snippetFor(request, {
      ...this.#options,
      fileOf: async (row) => (await this.#places.locate(row))?.file ?? null,
      mint,
    });
  }

  dispose(): void {
    this.#watch.dispose();
    this.#gate.dispose();
  }

  async #describe(rows: readonly ClientRow[]): Promise<Client[]> {
    const sources = {
      places: this.#places,
      files: this.#files,
      routes: this.#routes,
      entries: this.#entries,
      gate: this.#gate,
      seen: (client: string) => this.#options.seen?.(client) ?? null,
    };
    const clients = await Promise.all(rows.map((row) => describeClient(row, sources)));
    return withDuplicates(
      clients.filter((client) => client !== null),
      rows,
    );
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

  /** What a change would do now. */
  async #show(
    row: ClientRow,
    place: ClientLocation,
    via: ClientVia,
    make: (state: ClientFileState, maker: EntryMaker) => Promise<ChangeRequest>,
  ): Promise<ClientChange> {
    const request = await make(await this.#files.read(row, place.file), this.#entries.rehearsal(row));
    const { state, plan } = await this.#files.plan(row, place.file, request);
    const noop = !changesFile(state, plan);
    const blocked = !noop && (await this.#gate.blocking(row)) !== null;
    const about = { action: request.action, via };
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
      notes: noop ? [] : notesOf(row, state, plan, place, await this.#places.presence(row), about),
      reload: row.reload,
    };
  }

  /** What is put back when a write is taken back, and where. */
  async #formerOf(id: string | undefined): Promise<{ row: ClientRow; place: ClientLocation; former: Former }> {
    const write = writeToUndo(await readHistory(this.#files.journal), id);
    const row = this.#places.row(write.client);
    // The file of that write, also when the client keeps its servers elsewhere by now.
    const place: ClientLocation = { ...(await this.#places.place(row)), file: write.path };
    return { row, place, former: await readFormer(this.#files.journal, row, write) };
  }

  /** One change after the other within this process; the file's lock keeps out other processes. */
  async #exclusively(row: ClientRow, work: (place: ClientLocation) => Promise<void>): Promise<void> {
    const turn = this.#queue.then(async () => work(await this.#places.place(row)));
    this.#queue = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#changed.fire();
    }
  }
}

/** States of entries that a repair writes anew. */
const repairable: readonly Client['entries'][number]['state'][] = ['changed', 'missing', 'outdated'];

function bundlesStay(title: string): BerthError {
  return new BerthError('unsupported', 'Berth cannot take bundles out.', {
    hint: `Remove them in ${title}: Settings, Extensions.`,
  });
}

function cannotWait(row: ClientRow, what: string): BerthError {
  const why = 'what it puts in place depends on what the file is then';
  return new BerthError('unsupported', `${what} cannot wait: ${why}.`, {
    hint: `Quit ${row.title} and try again then, or use --when-running restart.`,
  });
}
