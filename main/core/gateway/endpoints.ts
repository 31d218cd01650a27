import type { Backend } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { Endpoint } from './endpoint.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayEvents, GatewayTargets } from './ports.ts';

/** The endpoints in use, one per slug, made when first asked for. */
export class Endpoints implements Disposable {
  readonly #targets: GatewayTargets;
  readonly #events: GatewayEvents;
  readonly #limits: GatewayLimits;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: { targets: GatewayTargets; events: GatewayEvents; limits: GatewayLimits }) {
    this.#targets = options.targets;
    this.#events = options.events;
    this.#limits = options.limits;
  }

  /** Undefined when there is no such server. The endpoint of one that was removed ends with all its sessions. */
  get(slug: string): Endpoint | undefined {
    const target = this.#targets.get(slug);
    const known = this.#endpoints.get(slug);
    if (!target) {
      this.#endpoints.delete(slug);
      known?.dispose();
      return undefined;
    }
    if (known) return known;
    const { targets, events, limits } = { targets: this.#targets, events: this.#events, limits: this.#limits };
    const endpoint = new Endpoint({ target, targets, events, limits });
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
