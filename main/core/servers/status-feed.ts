import type { Status, StatusEvent } from '../../../contract/model/status.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';

/** Changes within this time become one event. */
const SETTLE_MS = 40;

/**
 * The one status model as a feed: whoever changes something says `touch()`, and after a short settling time the top-level
 * fields that really differ are announced.
 */
export class StatusFeed implements Disposable {
  readonly #build: () => Status;
  readonly #changes = new Emitter<Partial<Status>>();
  #known: Map<keyof Status, string>;
  #timer: NodeJS.Timeout | null = null;
  readonly #followed = new Emitter<void>();
  #followers = 0;

  /** Fires with the fields that changed. */
  readonly onDidChange = this.#changes.event;
  /** Fires when somebody begins to follow the stream. */
  readonly onDidFollow = this.#followed.event;

  constructor(build: () => Status) {
    this.#build = build;
    this.#known = fingerprint(build());
  }

  current(): Status {
    return this.#build();
  }

  /** Somebody follows the stream now. */
  get isFollowed(): boolean {
    return this.#followers > 0;
  }

  touch(): void {
    // Who comes later gets a snapshot first.
    if (this.#changes.size === 0) return;
    this.#timer ??= setTimeout(() => this.flush(), SETTLE_MS);
  }

  /** Announces at once what has changed since the last announcement. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const status = this.#build();
    const next = fingerprint(status);
    const changed: Partial<Status> = {};
    for (const key of Object.keys(status) as (keyof Status)[]) {
      if (next.get(key) !== this.#known.get(key)) Object.assign(changed, { [key]: status[key] });
    }
    this.#known = next;
    if (Object.keys(changed).length > 0) this.#changes.fire(changed);
  }

  /** The `status` stream: a snapshot, then changes until the reader goes. */
  stream(push: (event: StatusEvent) => void, signal: AbortSignal): Promise<void> {
    this.flush();
    push({ type: 'snapshot', status: this.current() });
    const subscription = this.onDidChange((changed) => push({ type: 'changed', changed }));
    this.#followers += 1;
    this.#followed.fire();
    return new Promise((resolve) => {
      const stop = () => {
        subscription.dispose();
        this.#followers -= 1;
        resolve();
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function fingerprint(status: Status): Map<keyof Status, string> {
  return new Map((Object.keys(status) as (keyof Status)[]).map((key) => [key, JSON.stringify(status[key])]));
}
