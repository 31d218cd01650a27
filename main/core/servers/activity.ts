import type { CallRecord } from '../../../contract/model/activity.ts';
import { Emitter } from '../emitter.ts';

const KEPT = 1_000;
const MINUTES = 10;
const MINUTE_MS = 60_000;

/** What went through the endpoints lately: the newest calls, calls per minute of each server, and when each client was last seen. In memory only. */
export class Activity {
  readonly #now: () => number;
  /** Oldest first, with up to as many old ones as are kept: to make room at every call would move all of them. */
  #calls: CallRecord[] = [];
  readonly #minutes = new Map<string, Map<number, number>>();
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #changed = new Emitter<void>();
  #nextId = 1;

  readonly onDidChange = this.#changed.event;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  record(call: Omit<CallRecord, 'id'>): void {
    this.#calls.push({ id: this.#nextId++, ...call });
    if (this.#calls.length >= 2 * KEPT) this.#calls = this.#calls.slice(-KEPT);
    const minute = Math.floor(Date.parse(call.time) / MINUTE_MS);
    const counts = getOrCreate(this.#minutes, call.slug, () => new Map<number, number>());
    const before = counts.get(minute) ?? 0;
    counts.set(minute, before + 1);
    if (before === 0) for (const old of counts.keys()) if (old <= minute - MINUTES) counts.delete(old);
    this.#changed.fire();
  }

  /** A client said something to this server just now. */
  see(slug: string, client: string): void {
    getOrCreate(this.#seen, slug, () => new Map<string, number>()).set(client, this.#now());
    this.#changed.fire();
  }

  forget(slug: string): void {
    this.#minutes.delete(slug);
    this.#seen.delete(slug);
  }

  /** Newest first; at most 1,000. */
  latest(count: number): CallRecord[] {
    const wanted = Math.min(count, KEPT);
    return wanted > 0 ? this.#calls.slice(-wanted).reverse() : [];
  }

  /** Calls in each of the last ten minutes, oldest first; the last one is the current minute. */
  perMinute(slug: string): number[] {
    const current = Math.floor(this.#now() / MINUTE_MS);
    const counts = this.#minutes.get(slug);
    return Array.from({ length: MINUTES }, (_, index) => counts?.get(current - MINUTES + 1 + index) ?? 0);
  }

  /** Clients that used this server, most recent first. */
  clientsOf(slug: string): { name: string; lastSeen: string }[] {
    const seen = [...(this.#seen.get(slug) ?? [])].sort((a, b) => b[1] - a[1]);
    return seen.map(([name, time]) => ({ name, lastSeen: new Date(time).toISOString() }));
  }
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
