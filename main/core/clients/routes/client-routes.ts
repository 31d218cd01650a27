import { isAbsolute, join } from 'node:path';
import { BerthError } from '../../../../contract/errors.ts';
import type {
  Client,
  ClientAction,
  ClientBundle,
  ClientChange,
  ClientLink,
  ClientRoute,
  ClientVia,
} from '../../../../contract/model/client.ts';
import { writePrivately } from '../../private-file.ts';
import type { ClientFileState } from '../change-plan.ts';
import type { ClientFiles } from '../client-file.ts';
import type { ClientMachine } from '../locate.ts';
import type { ClientRow } from '../registry.ts';
import type { BridgeCommand } from './bridge-entry.ts';
import { type BridgeEntry, bridgeEntry } from './bridge-entry.ts';
import { type CliPlan, changeByCommand, planCliInstall, planCliRemoval } from './cli-change.ts';
import { shownCommand } from './command-line.ts';
import { expectLinks, linksFor, whyNoLink } from './links.ts';
import { type BundleParts, buildBundle } from './mcpb.ts';
import { wantedEntries } from './outside-plan.ts';
import { runVendorCommand, vendorProgram } from './vendor-command.ts';

export interface ClientRoutesOptions {
  readonly files: ClientFiles;
  readonly machine: () => ClientMachine;
  readonly bridgeCommand: () => BridgeCommand;
  /** Absent: bundles are not made here. */
  readonly bundleParts?: BundleParts | undefined;
  readonly bundleFolder: string;
  /** For a vendor's command, in ms; 30 s when absent. */
  readonly commandTimeLimitMs?: number | undefined;
}

/** What a route is asked to do, once it is known that it is not the file that Berth edits itself. */
export interface RouteRequest {
  readonly action: ClientAction;
  readonly slugs: readonly string[];
}

type OtherRoute = Exclude<ClientRoute, 'file'>;

/** The ways into a client beside editing its file. All of them carry the entry of the bridge, so nothing secret is in a command line, a link or a bundle. */
export class ClientRoutes {
  readonly #options: ClientRoutesOptions;

  constructor(options: ClientRoutesOptions) {
    this.#options = options;
  }

  /** The routes that a client has, the one to take first. */
  async of(row: ClientRow): Promise<Client['routes']> {
    const program = await this.#program(row);
    const cli = program === null ? [] : [{ route: 'cli' as const, why: 'why' in program ? program.why : null }];
    const link = whyNoLink(row);
    const file = { route: 'file' as const, why: null };
    const first = row.cli?.preferred && row.cli.remove && cli[0]?.why === null;
    return [
      ...(first ? [...cli, file] : [file, ...cli]),
      ...(link === undefined ? [] : [{ route: 'deeplink' as const, why: link }]),
      ...(row.mcpb && this.#options.bundleParts ? [{ route: 'mcpb' as const, why: null }] : []),
    ];
  }

  /** The route to take. Rejects with `unsupported` for one that this client does not have, or that cannot carry a token. */
  async choose(row: ClientRow, route: ClientRoute | undefined, via: ClientVia | undefined): Promise<ClientRoute> {
    if (route === 'file') return route;
    const known = await this.of(row);
    if (route === undefined) return via === 'url' ? 'file' : (known.find(({ why }) => why === null)?.route ?? 'file');
    const found = known.find((one) => one.route === route);
    if (found === undefined || found.why !== null) {
      throw new BerthError(
        'unsupported',
        `${row.title} cannot be changed by ${routeWords[route]}. ${found?.why ?? ''}`.trim(),
        {
          hint: 'Leave --route out to let Berth edit its file.',
        },
      );
    }
    if (via === 'url') {
      throw new BerthError(
        'unsupported',
        `A token must not stand in ${routeWords[route]}, so an endpoint goes there over the bridge.`,
        {
          hint: 'Use --via bridge, or let Berth edit the file: --route file.',
        },
      );
    }
    return route;
  }

  /** What would be run, opened or written. Rejects as the change itself does, before anything is done. */
  async preview(
    row: ClientRow,
    file: string,
    route: OtherRoute,
    { action, slugs }: RouteRequest,
  ): Promise<ClientChange> {
    requireAdding(row, route, action);
    const state = await this.#options.files.read(row, file);
    const plan = route === 'cli' ? await this.#plan(row, { action, slugs }) : null;
    const steps = plan
      ? plan(state).commands.map((argv) => shownCommand(argv, this.#platform()))
      : this.#steps(row, route, state, slugs);
    return {
      client: row.id,
      file,
      via: 'bridge',
      route,
      creates: route === 'cli' && state.snapshot.bytes === null,
      noop: steps.length === 0,
      diff: '',
      steps,
      baseHash: state.snapshot.hash,
      blockedBy: null,
      notes: steps.length === 0 ? [] : notes[route](row),
      reload: route === 'cli' ? row.reload : '',
    };
  }

  /** Has the vendor's command change its file. */
  async change(
    row: ClientRow,
    file: string,
    request: RouteRequest & { readonly baseHash: string | null | undefined; readonly seen: boolean },
  ): Promise<void> {
    const machine = this.#options.machine();
    await changeByCommand(this.#options.files, {
      row,
      file,
      baseHash: request.baseHash,
      seen: request.seen,
      plan: await this.#plan(row, request),
      run: (argv) => runVendorCommand(argv, machine, this.#options.commandTimeLimitMs),
    });
  }

  /** Links for what is not there yet; from now on their entries are awaited. */
  async link(row: ClientRow, file: string, slugs: readonly string[], seen: boolean): Promise<ClientLink[]> {
    return await expectLinks(this.#options.files, row, file, seen, (state) => this.#wanted(row, state, slugs));
  }

  /** Writes one bundle for each server. Rejects with `invalid-argument` for a path that is not absolute. */
  async bundle(row: ClientRow, slugs: readonly string[], output: string | undefined): Promise<ClientBundle[]> {
    const parts = this.#options.bundleParts;
    if (!parts) throw new BerthError('unsupported', 'This Berth does not make bundles.');
    if (output !== undefined && !isAbsolute(output)) {
      throw new BerthError('invalid-argument', `${output} is not an absolute path.`);
    }
    const written: ClientBundle[] = [];
    for (const slug of new Set(slugs)) {
      const entry = this.#entry(row, slug);
      const file = this.#bundleFile(entry, slugs.length, output);
      await writePrivately(file, await buildBundle(entry, row.id, parts));
      written.push({ slug, file });
    }
    return written;
  }

  #bundleFile({ name }: BridgeEntry, count: number, output?: string): string {
    if (output !== undefined && count === 1) return output;
    return join(output ?? this.#options.bundleFolder, `${name}.mcpb`);
  }

  #steps(row: ClientRow, route: OtherRoute, state: ClientFileState, slugs: readonly string[]): string[] {
    if (route === 'deeplink') return linksFor(row, this.#wanted(row, state, slugs)).map(({ url }) => url);
    return [...new Set(slugs)].map((slug) => this.#bundleFile(this.#entry(row, slug), slugs.length));
  }

  async #plan(row: ClientRow, { action, slugs }: RouteRequest): Promise<(state: ClientFileState) => CliPlan> {
    const program = await this.#program(row);
    if (program === null || 'why' in program)
      throw new BerthError('unsupported', program?.why ?? `${row.title} has no command.`);
    return (state) =>
      action === 'install'
        ? planCliInstall(row, program.path, this.#wanted(row, state, slugs))
        : planCliRemoval(row, program.path, state, slugs, (slug, name) => this.#entry(row, slug, name));
  }

  #wanted(row: ClientRow, state: ClientFileState, slugs: readonly string[]) {
    return wantedEntries(row, state, slugs, (slug, name) => this.#entry(row, slug, name));
  }

  #entry(row: ClientRow, slug: string, name?: string): BridgeEntry {
    return bridgeEntry(row, this.#options.bridgeCommand(), slug, name);
  }

  #program(row: ClientRow) {
    const { env } = this.#options.bridgeCommand();
    return vendorProgram(row, this.#options.machine(), Object.keys(env ?? {}).length > 0);
  }

  #platform(): NodeJS.Platform {
    return this.#options.machine().platform;
  }
}

const routeWords: Readonly<Record<OtherRoute, string>> = {
  cli: "the vendor's command",
  deeplink: 'a link',
  mcpb: 'a bundle',
};

const notes: Readonly<Record<OtherRoute, (row: ClientRow) => string[]>> = {
  cli: ({ cli, title }) => [
    `${cli?.program ?? title} writes the file itself, so Berth cannot promise that taking the entry out gives back every byte. Berth keeps a copy.`,
  ],
  deeplink: ({ title }) => [
    `Nothing is written until you say yes in ${title}. Berth then sees the entry; after an hour it no longer waits for it.`,
  ],
  mcpb: ({ title }) => [`To take a bundle out again: ${title}'s settings, under Extensions.`],
};

function requireAdding(row: ClientRow, route: OtherRoute, action: ClientAction): void {
  if (action === 'install' || route === 'cli') return;
  throw new BerthError('unsupported', `${routeWords[route].replace(/^a/, 'A')} only adds to ${row.title}.`, {
    hint:
      route === 'mcpb'
        ? `Take the bundle out in ${row.title}: Settings, Extensions.`
        : 'Leave --route out: Berth takes the entry out of the file.',
  });
}
