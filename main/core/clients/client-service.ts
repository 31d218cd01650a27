import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import type { Client, ClientChange } from '../../../contract/model/client.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter, type Event } from '../emitter.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import type { PreparedToken } from '../secrets/endpoint-tokens.ts';
import { type ChangePlan, type ChangeRequest, type ClientFileState, changesFile, isCurrent } from './change-plan.ts';
import { ClientFiles } from './client-file.ts';
import { buildEntry, entryName, HIDDEN, hideSecrets } from './entry.ts';
import { jsonDialects } from './json-text.ts';
import { type ClientLocation, detectClient, locateClient, type Presence } from './locate.ts';
import type { ClientRow } from './registry.ts';

/** How AI clients start the stdio bridge: the shim with one stable path per install; Berth appends what it connects. */
export interface BridgeCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ClientServiceOptions {
  readonly registry: readonly ClientRow[];
  /** Environment of the user's login shell: paths of clients follow its overrides. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly stateFolder: string;
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

type Action = 'install' | 'uninstall';

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
    const places = await Promise.all(this.#options.registry.map((row) => locateClient(row, this.#options)));
    await this.#watch.set(places.flatMap((place) => (place === null ? [] : [place.file, ...place.others])));
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

  /** What a change would do to the file, with tokens as `…`; nothing is written and no token is minted. */
  async preview(request: { client: string; slugs: readonly string[]; action: Action }): Promise<ClientChange> {
    const row = this.#row(request.client);
    const place = await this.#place(row);
    const { state, plan } = await this.#files.plan(row, place.file, this.#draft(row, request.action, request.slugs));
    const noop = !changesFile(state, plan);
    return {
      client: row.id,
      file: place.file,
      creates: state.snapshot.bytes === null && plan.text !== null && !noop,
      noop,
      diff: noop ? '' : diffOf(row, state, plan),
      baseHash: state.snapshot.hash,
      notes: noop ? [] : notesOf(row, state, plan, place, await detectClient(row, this.#options), request.action),
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
    baseHash?: string | null | undefined;
  }): Promise<Client> {
    const row = this.#row(request.client);
    const slugs = [...new Set(request.slugs)];
    if (slugs.length === 0) throw new BerthError('invalid-argument', 'Name at least one server to install.');
    return await this.#exclusively(row, async (place) => {
      const prepared: PreparedToken[] = [];
      const complete = async (): Promise<ChangeRequest> => {
        const entries = new Map<string, Record<string, unknown>>();
        for (const slug of slugs) {
          const pending = row.via === 'url' ? await this.#options.prepareToken(slug, row.id) : null;
          if (pending) prepared.push(pending);
          entries.set(slug, this.#entry(row, slug, pending?.token));
        }
        return { action: 'install', entries };
      };
      const draft = this.#draft(row, 'install', slugs);
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
    baseHash?: string | null | undefined;
  }): Promise<Client> {
    const row = this.#row(request.client);
    const slugs = [...new Set(request.slugs ?? [])];
    return await this.#exclusively(row, async (place) => {
      const { ownership } = await this.#files.read(row, place.file);
      const draft = this.#draft(row, 'uninstall', slugs);
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

  #draft(row: ClientRow, action: Action, slugs: readonly string[]): ChangeRequest {
    if (action === 'uninstall') return { action, slugs };
    return { action, entries: new Map(slugs.map((slug) => [slug, this.#entry(row, slug, HIDDEN)])) };
  }

  #entry(row: ClientRow, slug: string, token: string | undefined): Record<string, unknown> {
    if (row.via === 'url')
      return buildEntry(row, { url: this.#options.endpointUrl(slug), ...(token ? { token } : {}) });
    const { command, args, env } = this.#options.bridgeCommand();
    const all = [...args, 'connect', slug, '--client', row.id];
    return buildEntry(row, { command, args: all, ...(env && Object.keys(env).length > 0 ? { env } : {}) });
  }

  async #describe(row: ClientRow): Promise<Client | null> {
    const place = await locateClient(row, this.#options);
    if (place === null) return null;
    const presence = await detectClient(row, this.#options);
    const client: Client = {
      id: row.id,
      title: row.title,
      state: presence === 'absent' ? 'absent' : 'available',
      file: place.file,
      entries: [],
      connectedAt: this.#options.connectedAt?.(row.id) ?? null,
      verifiedAt: row.verifiedAt,
      reload: row.reload,
      via: row.via,
      error: null,
    };
    try {
      const { found } = await this.#files.read(row, place.file);
      client.entries = found.map((entry) => {
        // Still as we wrote it, but the endpoint or the bridge has moved since: installing again repairs it.
        const stale = entry.state === 'installed' && !isCurrent(entry, this.#entry(row, entry.owned.slug, HIDDEN));
        const { slug, via } = entry.owned;
        return { slug, name: entry.name, via, state: stale ? 'changed' : entry.state };
      });
      if (client.entries.length > 0) {
        client.state = client.entries.every((entry) => entry.state === 'installed') ? 'installed' : 'changed';
      }
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

  async #place(row: ClientRow): Promise<ClientLocation> {
    const place = await locateClient(row, this.#options);
    if (place === null) throw noPlace(row);
    return place;
  }
}

function diffOf(row: ClientRow, { snapshot }: ClientFileState, plan: ChangePlan): string {
  const shown = (text: string) => hideSecrets(text, jsonDialects[row.format], row.key);
  return createTwoFilesPatch(
    snapshot.bytes === null ? '/dev/null' : snapshot.path,
    plan.text === null ? '/dev/null' : snapshot.path,
    shown(snapshot.text),
    shown(plan.text ?? ''),
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
}

function notesOf(
  row: ClientRow,
  { snapshot, found }: ClientFileState,
  plan: ChangePlan,
  place: ClientLocation,
  presence: Presence,
  action: Action,
): string[] {
  const notes: string[] = [];
  if (place.file !== snapshot.path) notes.push(`${place.file} is a link; ${snapshot.path} is written.`);
  if (place.others.length > 0) notes.push(`There is also ${place.others.join(', ')}, which is left alone.`);
  if (row.rejectsByteOrderMark && snapshot.byteOrderMark) {
    notes.push(`The file begins with a byte order mark, which ${row.title} does not accept: save it without one.`);
  }
  if (plan.mode !== snapshot.mode) {
    const way =
      action === 'install' ? 'tightened, since the entry holds an endpoint token' : 'put back to what they were';
    notes.push(`The file's permissions are ${way}: ${octal(snapshot.mode)} → ${octal(plan.mode)}.`);
  }
  if (plan.text === null) notes.push('The file goes, since Berth made it and nothing else is in it.');
  if (action === 'uninstall') return notes;
  if (presence === 'absent') notes.push(`${row.title} was not found on this machine.`);
  if (presence === 'traces') notes.push(`Of ${row.title} only its folder was found, not the application.`);
  const replaced = plan.entries.filter(({ name }) =>
    found.some((entry) => entry.name === name && entry.value !== undefined),
  );
  if (row.via === 'url' && replaced.length > 0) {
    notes.push(`${replaced.map(({ name }) => name).join(', ')}: gets a new token; the former one ends.`);
  }
  const renamed = plan.entries.filter(({ name, slug }) => name !== entryName(slug));
  for (const { name, slug } of renamed)
    notes.push(`The entry of "${slug}" keeps the name "${name}" that it was given.`);
  return notes;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function noPlace(row: ClientRow): BerthError {
  return new BerthError('unsupported', `Berth does not know where ${row.title} keeps its servers on this machine.`, {
    hint: 'Use `berth endpoint SLUG` and paste the URL and header where the client wants them.',
  });
}
