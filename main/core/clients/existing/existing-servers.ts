import { BerthError } from '../../../../contract/errors.ts';
import type { Client, ClientChange, WhenRunning } from '../../../../contract/model/client.ts';
import type {
  ExistingClient,
  ExistingServer,
  Imported,
  ImportPreview,
  ImportProposal,
} from '../../../../contract/model/existing.ts';
import type { AddServer, Server } from '../../../../contract/model/server.ts';
import type { SecretStore } from '../../secrets/secret-store.ts';
import type { ClientService } from '../client-service.ts';
import { allOrNothing } from './all-or-nothing.ts';
import { dockedFinding, elsewhereFinding } from './duplicates.ts';
import type { KnownClusters } from './kubeconfig-binding.ts';
import { type Proposed, propose } from './propose.ts';
import { type ScannedEntry, type ScannedFile, type ScanWorld, scanFile } from './scan-file.ts';
import { shownArguments, shownUrl } from './secret-values.ts';

export interface ExistingServersParts {
  readonly clients: Pick<ClientService, 'files' | 'preview' | 'install' | 'get'>;
  readonly world: () => Promise<ScanWorld>;
  readonly clusters: () => KnownClusters;
  readonly servers: {
    list(): Server[];
    get(slug: string): Server;
    add(input: AddServer): Promise<Server>;
    start(slug: string): Promise<void>;
    /** Undocks it and ends its tokens. */
    remove(slug: string): Promise<void>;
  };
  readonly secrets: Pick<SecretStore, 'list' | 'set' | 'delete' | 'status'>;
  /** Makes Berth read a kubeconfig from now on, and the reverse. */
  readonly addKubeconfig: (path: string) => Promise<void>;
  readonly removeKubeconfig: (path: string) => Promise<void>;
}

export interface ImportRequest {
  readonly client: string;
  readonly name: string;
  readonly slug?: string | undefined;
  readonly context?: string | undefined;
  readonly replace: boolean;
}

/**
 * The servers that users have put into their clients' files by themselves: what they are, what is wrong with them, and the way of each
 * into Berth. What leaves this class holds no value of a variable, a header or a secret.
 */
export class ExistingServers {
  readonly #parts: ExistingServersParts;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: ExistingServersParts) {
    this.#parts = parts;
  }

  /** Clients whose file exists and parses, or one of them. Looks at files only: no keychain is asked and no cluster. */
  async list(client?: string): Promise<ExistingClient[]> {
    const all = await this.#scan();
    const wanted = client === undefined ? all : all.filter(({ row }) => row.id === client);
    if (client !== undefined && wanted.length === 0) await this.#parts.clients.get(client);
    return await Promise.all(wanted.map((file) => this.#describe(file, all)));
  }

  /** What an import would do. Rejects with `not-found`, `unsupported`, and with what the write would be refused for. */
  async preview(request: ImportRequest): Promise<ImportPreview> {
    const { file, scanned } = await this.#find(request);
    const { proposal } = await this.#propose(scanned, request);
    return {
      proposal,
      change: request.replace ? await this.#previewChange(file, scanned, proposal.slug) : null,
      baseHash: file.state.snapshot.hash,
      blockedBy: this.#blocker(proposal, request.replace)?.toInfo() ?? null,
    };
  }

  /**
   * Docks the server, moves its secrets into the keychain, puts Berth's entry in the place of the old one, and starts it. A failure
   * before the file is written undoes what was done. Rejects as `preview` does, with `conflict` when the file is not what the caller
   * saw, with `already-exists` for a name that is taken, with `refused` where secrets would be lost.
   */
  async import(
    request: ImportRequest & {
      readonly baseHash?: string | null | undefined;
      readonly start?: boolean | undefined;
      readonly whenRunning?: WhenRunning | undefined;
    },
  ): Promise<Imported> {
    const turn = this.#queue.then(() => this.#import(request));
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }

  async #import(request: Parameters<ExistingServers['import']>[0]): Promise<Imported> {
    const { clients, servers, secrets, addKubeconfig, removeKubeconfig } = this.#parts;
    const { file, scanned } = await this.#find(request);
    const { hash } = file.state.snapshot;
    if (request.baseHash !== undefined && request.baseHash !== hash) throw changedSince(file);
    const { proposal, moves } = await this.#propose(scanned, request);
    const blocker = this.#blocker(proposal, request.replace);
    if (blocker) throw blocker;
    const { slug } = proposal;
    const client = await allOrNothing(async (did): Promise<Client> => {
      for (const path of proposal.addsKubeconfigs) {
        await addKubeconfig(path);
        did(() => removeKubeconfig(path));
      }
      await servers.add({ ...settingsOf(proposal), start: false });
      did(() => servers.remove(slug));
      for (const { name, value } of moves) {
        // A keychain that fails late may have kept it all the same.
        did(() => secrets.delete(name));
        await secrets.set(name, value);
      }
      if (!request.replace) return clients.get(request.client);
      const { whenRunning } = request;
      const replaces = [request.name];
      return clients.install({ client: request.client, slugs: [slug], baseHash: hash, whenRunning, replaces });
    });
    if (request.start ?? true) await servers.start(slug);
    return { server: servers.get(slug), client, proposal, replaced: request.replace };
  }

  async #scan(): Promise<ScannedFile[]> {
    const world = await this.#parts.world();
    return await Promise.all((await this.#parts.clients.files()).map((file) => scanFile(file, world)));
  }

  async #describe(file: ScannedFile, all: readonly ScannedFile[]): Promise<ExistingClient> {
    const { row, findings } = file;
    const servers = await Promise.all(file.entries.map((scanned) => this.#describeEntry(scanned, file, all)));
    return { client: row.id, title: row.title, file: file.file, findings: [...findings], servers };
  }

  async #describeEntry(scanned: ScannedEntry, file: ScannedFile, all: readonly ScannedFile[]): Promise<ExistingServer> {
    const { entry, recognised, leadsHere, line } = scanned;
    const proposed = leadsHere ? LEADS_HERE : await propose(this.#proposalInput(scanned, []));
    const proposal = typeof proposed === 'string' ? null : proposed.proposal;
    const understood = entry.command === null ? 'url' : 'command';
    return {
      name: entry.name,
      line,
      transport: entry.transport,
      command: shownArguments([entry.command ?? ''])[0] || null,
      args: shownArguments(entry.args),
      env: Object.keys(entry.env),
      url: entry.url === null ? null : shownUrl(entry.url),
      headers: Object.keys(entry.headers),
      disabled: entry.disabled,
      kind: leadsHere ? 'berth' : entry.transport === null ? null : (recognised?.preset.id ?? understood),
      findings: [
        ...scanned.findings,
        ...elsewhereFinding(scanned, file, all),
        ...dockedFinding(scanned, proposal, file, this.#parts.servers.list()),
      ],
      proposal,
      notImportable: typeof proposed === 'string' ? proposed : null,
    };
  }

  async #find({ client, name }: ImportRequest): Promise<{ file: ScannedFile; scanned: ScannedEntry }> {
    const file = (await this.#scan()).find(({ row }) => row.id === client);
    const scanned = file?.entries.find(({ entry }) => entry.name === name);
    if (file && scanned) return { file, scanned };
    const { title, error } = await this.#parts.clients.get(client);
    if (error) throw BerthError.from(error);
    const names = file?.entries.map(({ entry }) => entry.name) ?? [];
    throw new BerthError('not-found', `${title} has no server "${name}" that is not Berth's already.`, {
      hint: names.length === 0 ? 'There is none to import.' : `There are: ${names.join(', ')}.`,
    });
  }

  async #propose(scanned: ScannedEntry, request: ImportRequest): Promise<Proposed> {
    const names = await this.#parts.secrets.list();
    const proposed = scanned.leadsHere
      ? LEADS_HERE
      : await propose({ ...this.#proposalInput(scanned, names), slug: request.slug });
    if (typeof proposed === 'string') {
      throw new BerthError('unsupported', `"${request.name}" cannot be imported. ${proposed}`, {
        hint: 'Dock it by hand: `berth add`.',
      });
    }
    if (request.context === undefined) return proposed;
    const chosen = { context: request.context, contextReason: 'You chose it.', addsKubeconfigs: [] };
    return { ...proposed, proposal: { ...proposed.proposal, ...chosen } };
  }

  #proposalInput({ entry, recognised }: ScannedEntry, takenSecrets: readonly string[]) {
    const takenSlugs = this.#parts.servers.list().map(({ slug }) => slug);
    return { entry, recognised, known: this.#parts.clusters(), takenSlugs, takenSecrets };
  }

  #previewChange({ row }: ScannedFile, { entry }: ScannedEntry, slug: string): Promise<ClientChange> {
    return this.#parts.clients.preview({ client: row.id, slugs: [slug], action: 'install', replaces: [entry.name] });
  }

  /** What the user has to decide or repair first. */
  #blocker(proposal: ImportProposal, replace: boolean): BerthError | null {
    if (proposal.context === null) {
      return new BerthError('invalid-argument', `Which cluster it is for cannot be told. ${proposal.contextReason}`, {
        hint: 'Choose the context (--context on the command line).',
      });
    }
    const { state, reason } = this.#parts.secrets.status();
    if (!replace || proposal.secrets.length === 0 || state === 'available') return null;
    const why = reason === null ? '' : ` ${reason}`;
    return new BerthError(
      'refused',
      `There is no keychain that would keep its secrets, so they stay where they are.${why}`,
      {
        hint: 'Unlock or install a secret service. Or do not replace the entry: it then stays in the file, and Berth keeps its secrets in memory for this run.',
      },
    );
  }
}

const LEADS_HERE = 'It leads to Berth already.';

function settingsOf({ preset, slug, context, namespace, transport, options, guard }: ImportProposal): AddServer {
  return {
    preset,
    slug,
    options,
    guard,
    ...(context === null ? {} : { context }),
    ...(namespace === null ? {} : { namespace }),
    ...(transport === null ? {} : { transport }),
  };
}

function changedSince({ row, file }: ScannedFile): BerthError {
  return new BerthError('conflict', `${row.title}'s file was changed since the preview, so nothing was done.`, {
    hint: 'Look at the new preview and confirm it.',
    details: { file },
  });
}
