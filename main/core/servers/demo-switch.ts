import type { Disposable } from '../dispose.ts';

/** Running demo clusters. */
export interface DemoClusters extends Disposable {
  readonly kubeconfigPath: string;
}

/** Starts and stops the demo clusters and makes their contexts come and go. Changes run one after another. */
export class DemoSwitch implements Disposable {
  readonly #start: () => Promise<DemoClusters>;
  readonly #announce: (kubeconfigPath: string | null) => Promise<void>;
  #clusters: DemoClusters | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: {
    start: () => Promise<DemoClusters>;
    announce: (kubeconfigPath: string | null) => Promise<void>;
  }) {
    this.#start = parts.start;
    this.#announce = parts.announce;
  }

  /** Whether their contexts are there. */
  get on(): boolean {
    return this.#clusters !== null;
  }

  set(on: boolean): Promise<void> {
    const next = this.#running.catch(() => {}).then(() => (on ? this.#turnOn() : this.#turnOff()));
    this.#running = next;
    return next;
  }

  async #turnOn(): Promise<void> {
    if (this.#clusters) return;
    const clusters = await this.#start();
    try {
      await this.#announce(clusters.kubeconfigPath);
    } catch (error) {
      await clusters.dispose();
      throw error;
    }
    this.#clusters = clusters;
  }

  async #turnOff(): Promise<void> {
    const clusters = this.#clusters;
    if (!clusters) return;
    await this.#announce(null);
    this.#clusters = null;
    await clusters.dispose();
  }

  dispose(): Promise<void> {
    return this.set(false);
  }
}
