import type { LogLine } from '../../contract/model/log.ts';
import { plainText } from './ansi-text.ts';

/** What a log shows: a line, or the place where lines are missing. */
export type LogEntry =
  | { readonly kind: 'line'; readonly id: number; readonly line: LogLine; readonly plain: string }
  | { readonly kind: 'gap'; readonly id: number; readonly missing: number };

/** Oldest lines go in portions, so that the list does not move with every new line. */
const PORTION = 0.1;

/** The newest lines of a log, at most `limit`, and those of them that match a search. */
export class LogBuffer {
  readonly #limit: number;
  #all: LogEntry[] = [];
  #shown: LogEntry[] = [];
  #search = '';
  #nextId = 0;
  #missing = 0;
  #trimmed = 0;
  #removedShown = 0;

  constructor(limit = 200_000) {
    this.#limit = limit;
  }

  /** What matches the search; everything without one. A new array after each change. */
  get shown(): readonly LogEntry[] {
    return this.#shown;
  }

  get total(): number {
    return this.#all.length;
  }

  /** Lines that never arrived because the window could not keep up. */
  get missing(): number {
    return this.#missing;
  }

  /** Lines that went because of the limit. */
  get trimmed(): number {
    return this.#trimmed;
  }

  /** How many shown entries have ever been taken from the front: what a scrolled list has to move by. */
  get removedShown(): number {
    return this.#removedShown;
  }

  append(lines: readonly LogLine[]): void {
    const entries = lines.map(
      (line): LogEntry => ({ kind: 'line', id: this.#nextId++, line, plain: plainText(line.text) }),
    );
    this.#add(entries);
  }

  /** Marks the place where lines are missing. */
  gap(missing: number): void {
    this.#missing += missing;
    this.#add([{ kind: 'gap', id: this.#nextId++, missing }]);
  }

  search(text: string): void {
    const wanted = text.toLowerCase();
    if (wanted === this.#search) return;
    const narrower = wanted.includes(this.#search) && this.#search !== '';
    this.#search = wanted;
    this.#shown = (narrower ? this.#shown : this.#all).filter(this.#matches);
  }

  clear(): void {
    this.#all = [];
    this.#shown = [];
    this.#missing = 0;
    this.#trimmed = 0;
    this.#removedShown = 0;
  }

  #add(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) this.#all.push(entry);
    this.#shown = this.#shown.concat(this.#search === '' ? entries : entries.filter(this.#matches));
    if (this.#all.length > this.#limit) this.#trim();
  }

  #trim(): void {
    const excess = Math.max(this.#all.length - this.#limit, Math.ceil(this.#limit * PORTION));
    const gone = this.#all.splice(0, excess);
    this.#trimmed += gone.filter((entry) => entry.kind === 'line').length;
    const oldest = this.#all[0]?.id ?? Number.POSITIVE_INFINITY;
    const kept = this.#shown.findIndex((entry) => entry.id >= oldest);
    const removed = kept < 0 ? this.#shown.length : kept;
    this.#shown = this.#shown.slice(removed);
    this.#removedShown += removed;
  }

  readonly #matches = (entry: LogEntry): boolean =>
    this.#search === '' ||
    (entry.kind === 'line' &&
      (entry.plain.toLowerCase().includes(this.#search) || entry.line.slug.toLowerCase().includes(this.#search)));
}

/** Lines as a text file: time, server, level, text. */
export function logText(entries: readonly LogEntry[]): string {
  return entries
    .map((entry) =>
      entry.kind === 'gap'
        ? `… ${entry.missing} lines are missing here …`
        : `${entry.line.time} ${entry.line.slug} ${entry.line.level} ${entry.line.stream}: ${entry.plain}`,
    )
    .join('\n');
}
