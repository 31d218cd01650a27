import { app } from 'electron';

const LIMIT_MS = 15_000;

/**
 * Ends Berth in order whatever asked for it (menu, signal, logout, `berth quit`): first `stop`, which must leave no child
 * behind, for at most 15 s, then the process. A second request while it ends changes nothing.
 */
export class Shutdown {
  readonly #stop: () => Promise<void>;
  #ending: Promise<void> | null = null;

  constructor(stop: () => Promise<void>) {
    this.#stop = stop;
    app.on('before-quit', (event) => {
      event.preventDefault();
      this.begin();
    });
    // Without a window Berth goes on in the tray; it ends only when told to.
    app.on('window-all-closed', () => {});
  }

  get underWay(): boolean {
    return this.#ending !== null;
  }

  /** Ends Berth; the process exits with `code`, or with 1 when not all of it stopped. */
  begin(code = 0): void {
    this.#ending ??= this.#run(code);
  }

  async #run(code: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), LIMIT_MS);
    });
    const outcome = await Promise.race([this.#stop().catch((error: unknown) => ({ error })), limit]);
    clearTimeout(timer);
    if (outcome === undefined) return app.exit(code);
    console.error(outcome === 'late' ? `Berth did not stop within ${LIMIT_MS / 1000} s.` : outcome.error);
    app.exit(1);
  }
}
