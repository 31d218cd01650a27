import { app } from 'electron';

const LIMIT_MS = 15_000;

/**
 * Ends Berth in order whatever asked for it (menu, signal, logout, `berth quit`): first `stop`, which must leave no child
 * behind, for at most 15 s, then the process. A second request while it ends changes nothing.
 */
export class Shutdown {
  #stop: () => Promise<void>;
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

  begin(): void {
    this.#ending ??= this.#run();
  }

  async #run(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), LIMIT_MS);
    });
    const outcome = await Promise.race([this.#stop().catch((error: unknown) => ({ error })), limit]);
    clearTimeout(timer);
    if (outcome === undefined) return app.exit(0);
    console.error(outcome === 'late' ? `Berth did not stop within ${LIMIT_MS / 1000} s.` : outcome.error);
    app.exit(1);
  }
}
