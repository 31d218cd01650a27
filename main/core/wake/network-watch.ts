import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const EVERY_MS = 3_000;
/** Link-local addresses come and go with every container, and lead to no cluster: https://www.rfc-editor.org/rfc/rfc3927, rfc4291 */
const LINK_LOCAL = /^(169\.254\.|fe[89ab][0-9a-f]:)/i;

/** The addresses by which this machine reaches others, as one text: equal as long as the network is the same. Pure. */
export function networkOf(interfaces: Interfaces): string {
  return Object.entries(interfaces)
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
    .map(({ name, cidr, address }) => `${name} ${cidr ?? address}`)
    .sort()
    .join('\n');
}

export interface NetworkWatchOptions {
  readonly read?: () => Interfaces;
  readonly everyMs?: number;
}

/**
 * Notices that the machine changed its network (Wi-Fi, VPN, cable). Node has no event for it, so the addresses are compared every
 * few seconds, which costs microseconds; a change is told when it has lasted from one look to the next.
 */
export class NetworkWatch implements Disposable {
  readonly #read: () => Interfaces;
  readonly #changes = new Emitter<void>();
  readonly #timer: NodeJS.Timeout;
  #known: string;
  #last: string;

  readonly onDidChange = this.#changes.event;

  constructor({ read = networkInterfaces, everyMs = EVERY_MS }: NetworkWatchOptions = {}) {
    this.#read = read;
    this.#known = networkOf(read());
    this.#last = this.#known;
    this.#timer = setInterval(() => this.look(), everyMs);
    this.#timer.unref();
  }

  /** Looks now; two looks must agree before a change is told. */
  look(): void {
    const now = networkOf(this.#read());
    const settled = now === this.#last;
    this.#last = now;
    if (!settled || now === this.#known) return;
    this.#known = now;
    this.#changes.fire();
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
