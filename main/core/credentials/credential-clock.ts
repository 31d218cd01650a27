import type { Expiry } from '../../../contract/model/context.ts';
import { type Disposable, DisposableStore } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import type { KubeService } from '../kube/kube-service.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import { type CredentialLife, credentialFiles, expiryAt, lifeOf, nextChange } from './credential-life.ts';
import { readSmallText } from './small-text.ts';

/**
 * The longest that one timer sleeps, in ms. A timer stands still while the machine sleeps and knows nothing of a clock that is set; Node's
 * cannot be longer than 24.8 days anyway.
 */
const LONGEST_SLEEP_MS = 60_000;

export interface CredentialClockParts {
  readonly kube: KubeService;
  /** Contexts that something works on now: only their credentials are renewed, and only their files watched. */
  readonly inUse: () => readonly string[];
  /** Asks the cluster of this context again, which logs in anew. */
  readonly renew: (ref: string) => void;
  readonly now?: () => number;
  readonly watchTiming?: PathWatchTiming;
}

/**
 * One clock for the credentials of all contexts: tells when one will soon end, has ended, or was renewed, at the moment when it does. It
 * never runs a login plugin for a context that nothing uses (D20).
 */
export class CredentialClock implements Disposable {
  readonly #parts: CredentialClockParts;
  readonly #now: () => number;
  readonly #changed = new Emitter<void>();
  readonly #filesChanged = new Emitter<void>();
  readonly #subscriptions = new DisposableStore();
  readonly #watch: PathWatch;
  /** What kubeconfigs say; exec credentials are asked of the cache. Filled when first asked for. */
  readonly #lives = new Map<string, CredentialLife | null>();
  /** The end of the credential for which a renewal was asked for last. */
  readonly #renewed = new Map<string, number>();
  #watched = '';
  #told = '';
  #timer: NodeJS.Timeout | null = null;
  #disposed = false;

  /** Something that `expiryOf` answers has changed. */
  readonly onDidChange = this.#changed.event;
  /** A credential that stands in a file of its own, of a context in use, has changed. */
  readonly onDidChangeFiles = this.#filesChanged.event;

  constructor(parts: CredentialClockParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#watch = new PathWatch(() => this.#onFiles(), parts.watchTiming);
  }

  /** Begins to tell. Without it, `expiryOf` answers all the same. */
  start(): void {
    const { kube } = this.#parts;
    this.#subscriptions.add(
      kube.onDidChange(() => {
        this.#lives.clear();
        this.update();
      }),
    );
    this.#subscriptions.add(kube.credentials.onDidChange(() => this.update()));
    this.#told = this.#fingerprint();
    this.update();
  }

  /** When the credential of this context ends; null where that is not known. */
  expiryOf(ref: string): Expiry | null {
    const life = this.#lifeOf(ref);
    return life && expiryAt(life, this.#now());
  }

  /** Looks now: something is in use that was not, the machine has slept, or the clock was set. */
  update(): void {
    if (this.#disposed) return;
    const used = [...new Set(this.#parts.inUse())];
    this.#watchFiles(used);
    this.#renewDue(used);
    const now = this.#fingerprint();
    if (now !== this.#told) {
      this.#told = now;
      this.#changed.fire();
    }
    this.#schedule(used);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#watch.dispose();
    await this.#subscriptions.dispose();
  }

  #lifeOf(ref: string): CredentialLife | null {
    const { kube } = this.#parts;
    const exec = kube.credentials.lifeOf(ref);
    if (exec) {
      // Nobody needs it: the next who does gets a new one.
      if (this.#now() >= exec.until && !this.#parts.inUse().includes(ref)) return null;
      return { kind: 'exec', from: exec.from, until: exec.until, inFile: false };
    }
    const known = this.#lives.get(ref);
    if (known !== undefined && !(known?.inFile && this.#isDue(known))) return known;
    const life = this.#read(ref);
    this.#lives.set(ref, life);
    return life;
  }

  /** Before it is told that a file's credential ends, the file is looked at again. */
  #isDue(life: CredentialLife): boolean {
    return expiryAt(life, this.#now()).state !== 'ok';
  }

  #read(ref: string): CredentialLife | null {
    try {
      const { user } = this.#parts.kube.resolve(ref);
      return user && lifeOf(user.fields, readSmallText);
    } catch {
      // It disappeared just now.
      return null;
    }
  }

  #refs(): string[] {
    return this.#parts.kube.snapshot().contexts.map(({ ref }) => ref);
  }

  #fingerprint(): string {
    return this.#refs()
      .map((ref) => {
        const expiry = this.expiryOf(ref);
        return expiry ? `${ref} ${expiry.at} ${expiry.state}` : '';
      })
      .join('\n');
  }

  #renewDue(used: readonly string[]): void {
    for (const ref of used) {
      const life = this.#parts.kube.credentials.lifeOf(ref);
      if (!life || this.#now() < life.renewAt || this.#renewed.get(ref) === life.until) continue;
      this.#renewed.set(ref, life.until);
      this.#parts.renew(ref);
    }
  }

  #schedule(used: readonly string[]): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const now = this.#now();
    const changes = this.#refs().map((ref) => {
      const life = this.#lifeOf(ref);
      return life && nextChange(life, now);
    });
    const renewals = used.map((ref) => this.#parts.kube.credentials.lifeOf(ref)?.renewAt ?? null);
    const moments = [...changes, ...renewals].filter((moment) => moment !== null && moment > now) as number[];
    if (moments.length === 0) return;
    const next = moments.reduce((first, moment) => Math.min(first, moment));
    this.#timer = setTimeout(() => this.update(), Math.min(next - now, LONGEST_SLEEP_MS));
    this.#timer.unref();
  }

  #watchFiles(used: readonly string[]): void {
    const files = used.flatMap((ref) => {
      try {
        const { user } = this.#parts.kube.resolve(ref);
        return user && !('exec' in user.fields) ? credentialFiles(user.fields) : [];
      } catch {
        return [];
      }
    });
    const wanted = [...new Set(files)].sort();
    if (wanted.join('\0') === this.#watched) return;
    this.#watched = wanted.join('\0');
    // What was written before the watch stood is not told by it.
    void this.#watch.set(wanted).then(() => this.#onFiles());
  }

  #onFiles(): void {
    if (this.#disposed) return;
    for (const [ref, life] of this.#lives) if (life === null || life.inFile) this.#lives.delete(ref);
    this.#filesChanged.fire();
    this.update();
  }
}
