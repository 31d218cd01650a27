import type { Backend } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { Endpoint, type EndpointOptions } from './endpoint.ts';

export type EndpointsOptions = Omit<EndpointOptions, 'target'>;

/** The endpoints in use, one per slug, made when first asked for. */
export class Endpoints implements Disposable {
  readonly #options: EndpointsOptions;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: EndpointsOptions) {
    this.#options = options;
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
    for (const endpoint of this.#endpoints.values()) endpoint.dispose();
    this.#endpoints.clear();
  }
}
