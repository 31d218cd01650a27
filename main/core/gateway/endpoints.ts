import { ALL, type AllMode } from '../../../contract/model/all.ts';
import type { Backend } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { AggregateEndpoint } from './aggregate/aggregate-endpoint.ts';
import type { SessionHost } from './client-session.ts';
import { Endpoint, type EndpointOptions } from './endpoint.ts';

export interface EndpointsOptions extends Omit<EndpointOptions, 'target'> {
  /** Of Berth. */
  readonly version: string;
  /** What the endpoint of all servers shows to clients that do not say what they want. */
  readonly allMode: () => AllMode;
}

/** The endpoints in use, one per slug, made when first asked for. */
export class Endpoints implements Disposable {
  readonly #options: EndpointsOptions;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #all: AggregateEndpoint;

  constructor(options: EndpointsOptions) {
    this.#options = options;
    const { targets, events, limits, version, allMode: mode } = options;
    this.#all = new AggregateEndpoint({ host: (slug) => this.get(slug), targets, events, limits, version, mode });
  }

  /** What clients connect to under this slug, all servers included; `mode` counts for these alone. Undefined as for `get`. */
  host(slug: string, mode: AllMode | null): SessionHost | undefined {
    return slug === ALL ? this.#all.in(mode) : this.get(slug);
  }

  /** The user may have chosen another mode for all servers. */
  followMode(): void {
    this.#all.followMode();
  }

  /** Undefined when there is no such server. The endpoint of one that was removed ends with all its sessions. */
  get(slug: string): Endpoint | undefined {
    const target = this.#options.targets.get(slug);
    const known = this.#endpoints.get(slug);
    if (!target) {
      this.#endpoints.delete(slug);
      known?.dispose();
      return undefined;
    }
    if (known) return known;
    const endpoint = new Endpoint({ ...this.#options, target });
    this.#endpoints.set(slug, endpoint);
    return endpoint;
  }

  async drain(backend: Backend): Promise<void> {
    await Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.drain(backend)));
  }

  dispose(): void {
    this.#all.dispose();
    for (const endpoint of this.#endpoints.values()) endpoint.dispose();
    this.#endpoints.clear();
  }
}
