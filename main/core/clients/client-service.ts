import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import type {
  Client,
  ClientAction,
  ClientChange,
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
import type { FoundEntry } from './ownership.ts';
import { type ClientRow, rowAt, waysOf } from './registry.ts';

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
    const via = this.#via(rowAt(row, place.via), request.via);
    const presence = await detectClient(row, this.#options);
    const draft = this.#draft(row, request.action, via, request.slugs);
    const { state, plan } = await this.#files.plan(row, place.file, draft);
    const noop = !changesFile(state, plan);
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
      const draft: ChangeRequest = { action: 'uninstall', slugs };
      await this.#files.write(row, place.file, draft, { baseHash: request.baseHash, complete: async () => draft });
      const ended = ownership.entries.filter(
        (entry) => entry.client === row.id && entry.via === 'url' && (slugs.length === 0 || slugs.includes(entry.slug)),
      );
      for (const { slug } of ended) await this.#options.revokeToken(slug, row.id);
    });
  }

  dispose(): void {
    this.#watch.dispose();
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
      routes: [{ route: 'file', why: null }],
      error: null,
    };
    try {
      const { found } = await this.#files.read(row, place.file);
      client.entries = found.map((entry) => {
        // Still as we wrote it, but the endpoint or the bridge has moved since: installing again repairs it.
        const { slug, via } = entry.owned;
        const stale = entry.state === 'installed' && !isCurrent(entry, this.#entry(row, via, slug, HIDDEN));
        return { slug, name: entry.name, via, state: stale ? 'outdated' : entry.state };
      });
      if (client.entries.length > 0) client.state = stateOf(found, client.entries, presence);
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
    const places = await Promise.all(this.#options.registry.map((row) => this.#locate(row)));
    await this.#watch.set(
      places.flatMap((place) => (place === null ? [] : [place.file, ...place.others.map(({ file }) => file)])),
    );
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

function stateOf(entries: readonly FoundEntry[], shown: Client['entries'], presence: Presence): Client['state'] {
  if (shown.every(({ state }) => state === 'missing')) return 'wiped';
  if (shown.some(({ state }) => state !== 'installed')) return 'changed';
  return presence !== 'found' && entries.some(({ owned }) => owned.seen) ? 'orphaned' : 'installed';
}

function noPlace(row: ClientRow): BerthError {
  return new BerthError('unsupported', `Berth does not know where ${row.title} keeps its servers on this machine.`, {
    hint: 'Use `berth endpoint SLUG` and paste the URL and header where the client wants them.',
  });
}
