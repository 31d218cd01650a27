import type { ErrorInfo } from '../../../contract/errors.ts';
import { Emitter, type Event } from '../emitter.ts';
import { type ClientRow, type LoadedRegistry, loadRegistry } from './registry.ts';

/** Where rows come from. */
export interface ClientCatalogOptions {
  /** Berth's own rows (assets/clients). */
  readonly bundledFolder: string;
  /** The user's, which replace Berth's with the same id; need not exist. */
  readonly userFolder: string;
}

/** All AI clients that Berth knows, those that the user described included. */
export class ClientCatalog {
  readonly #options: ClientCatalogOptions;
  readonly #changed = new Emitter<void>();
  #loaded: LoadedRegistry;

  /** The rows were read again. */
  readonly onDidChange: Event<void> = this.#changed.event;

  private constructor(options: ClientCatalogOptions, loaded: LoadedRegistry) {
    this.#options = options;
    this.#loaded = loaded;
  }

  static async open(options: ClientCatalogOptions): Promise<ClientCatalog> {
    return new ClientCatalog(options, await loadRegistry(options.bundledFolder, options.userFolder));
  }

  /** By title. */
  get rows(): readonly ClientRow[] {
    return this.#loaded.rows;
  }

  /** Files of the user's that were refused, each with line and column. */
  get problems(): readonly ErrorInfo[] {
    return this.#loaded.problems;
  }

  async refresh(): Promise<void> {
    this.#loaded = await loadRegistry(this.#options.bundledFolder, this.#options.userFolder);
    this.#changed.fire();
  }
}
