import { BerthError } from '../../../contract/errors.ts';
import {
  type ClientLocation,
  type ClientMachine,
  detectClient,
  expandPath,
  locateClient,
  type Presence,
} from './locate.ts';
import type { ClientRow } from './registry.ts';
import { bundlesFolder } from './routes/installed-bundles.ts';

export interface ClientPlacesOptions extends ClientMachine {
  /** May change at any time, as `env` may. */
  readonly registry: readonly ClientRow[];
  /** The config file that the user chose for a client. */
  readonly pinnedFile?: (client: string) => string | undefined;
}

/** Which clients there are, and where on this machine they and their files are. */
export class ClientPlaces {
  readonly #options: ClientPlacesOptions;

  constructor(options: ClientPlacesOptions) {
    this.#options = options;
  }

  get rows(): readonly ClientRow[] {
    return this.#options.registry;
  }

  /** Throws `not-found`. */
  row(client: string): ClientRow {
    const row = this.rows.find(({ id }) => id === client);
    if (row !== undefined) return row;
    throw new BerthError('not-found', `Berth does not know a client "${client}".`, {
      hint: `Known clients: ${this.rows.map(({ id }) => id).join(', ')}. For others use \`berth endpoint SLUG\`.`,
    });
  }

  /** Null where the client has no place on this platform. */
  locate(row: ClientRow): Promise<ClientLocation | null> {
    return locateClient(row, this.#options, this.#options.pinnedFile?.(row.id));
  }

  /** Rejects with `unsupported` where the client has no place on this platform. */
  async place(row: ClientRow): Promise<ClientLocation> {
    const place = await this.locate(row);
    if (place !== null) return place;
    throw new BerthError('unsupported', `Berth does not know where ${row.title} keeps its servers on this machine.`, {
      hint: 'Use `berth endpoint SLUG` and paste the URL and header where the client wants them.',
    });
  }

  presence(row: ClientRow): Promise<Presence> {
    return detectClient(row, this.#options);
  }

  /** Everything whose change may mean that a client's state is another one. */
  async watched(): Promise<string[]> {
    const paths = this.rows.map(async (row) => {
      const place = await this.locate(row);
      if (place === null) return [];
      const files = [place.file, ...place.others.map(({ file }) => file), bundlesFolder(row, place.file)];
      return files.filter((path) => path !== null);
    });
    return (await Promise.all(paths)).flat();
  }

  /** Throws `not-found` or `invalid-argument` for a file that cannot be pinned for a client. */
  checkPin(client: string, file: string): void {
    this.row(client);
    if (expandPath(file, this.#options) !== null) return;
    throw new BerthError('invalid-argument', `${file} is not the whole path of a file on this machine.`);
  }
}
