import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An event in a log file: time, level, text. */
const LINE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\w+) event (.*)$/;

/** What must stand in the log (`LEVEL text`) when a server comes into that state; several where there are several ways. */
const causes = {
  starting: [/^INFO Starting/],
  ready: [/^INFO Ready: /, /^INFO .*reachable again/, /^INFO Went over/],
  degraded: [/^WARN The cluster is not reachable/],
  restarting: [/^WARN It has ended unasked/, /^INFO Restarting/, /Starting again/, /^ERROR /],
  stopping: [/^INFO Stopping/],
  stopped: [/^INFO Stopped/],
  failed: [/^ERROR /],
};

/** The log may be written a moment after the status has been told. */
const AFTER_MS = 3_000;
/** On a busy machine, and while Berth is held, the status comes late to whoever looks. */
const LATE_MS = 30_000;

/** Which state each server came into, and when, as the status stream tells it. */
export class History {
  #states = new Map();
  #changes = [];

  /** Takes one item of the status stream. */
  take(event) {
    const servers = event.type === 'snapshot' ? event.status.servers : event.changed.servers;
    for (const { slug, state } of servers ?? []) {
      const before = this.#states.get(slug);
      if (before?.state === state) continue;
      const now = Date.now();
      this.#states.set(slug, { state, since: now });
      if (before) this.#changes.push({ slug, state, from: before.state, at: now, since: before.since });
    }
  }

  /** Another Berth begins: what the last one left is no change. */
  restart() {
    this.#states.clear();
  }

  get changes() {
    return this.#changes.length;
  }

  /** The changes that no event of the log explains, as sentences. Both are gone through in their order: what came before the last cause explains nothing any more. */
  unexplained(logs) {
    const events = eventsIn(logs);
    const reached = new Map();
    return this.#changes.flatMap(({ slug, state, from, at, since }) => {
      const between = (events.get(slug) ?? [])
        .slice(reached.get(slug) ?? 0)
        .filter(({ time }) => time >= since - LATE_MS && time <= at + AFTER_MS);
      const found = between.find(({ text }) => causes[state].some((cause) => cause.test(text)));
      if (found) {
        reached.set(slug, found.index);
        return [];
      }
      const said = between.map(({ text }) => text).join(' | ');
      return [`${slug}: ${from} → ${state} at ${new Date(at).toISOString()}; the log says only: ${said || 'nothing'}`];
    });
  }
}

/** The events of every server, from all its log files. */
function eventsIn(folder) {
  const events = new Map();
  for (const name of readdirSync(folder)) {
    const slug = /^([a-z0-9-]+?)(?:\.\d+)?\.log$/.exec(name)?.[1];
    if (slug === undefined) continue;
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    const found = lines.flatMap((line) => {
      const [, time, level, text] = LINE.exec(line) ?? [];
      return time === undefined ? [] : [{ time: Date.parse(time), text: `${level} ${text}` }];
    });
    events.set(slug, [...(events.get(slug) ?? []), ...found]);
  }
  for (const [slug, found] of events) {
    found.sort((a, b) => a.time - b.time);
    events.set(
      slug,
      found.map((event, index) => ({ ...event, index })),
    );
  }
  return events;
}
