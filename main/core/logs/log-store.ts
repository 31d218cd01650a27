import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorInfo } from '../../../contract/errors.ts';
import { type LogFilter, type LogLine, levelAtLeast } from '../../../contract/model/log.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter, type Subscription } from '../emitter.ts';
import { guessLevel } from './guess-level.ts';
import { LineRing } from './line-ring.ts';
import { formatLine, parseLine } from './line-text.ts';
import type { LogEntry, LogSink } from './log-sink.ts';
import { KeyBlock, KnownSecrets, redactPatterns } from './redact.ts';
import { RotatingFile } from './rotating-file.ts';

export interface LogStoreOptions {
  readonly folder: string;
  readonly maxFileBytes: number;
  /** Per server, with the current one. */
  readonly maxFiles: number;
  /** Memory for the newest lines of all servers together; the one that writes most loses its oldest lines first. */
  readonly ringBytes: number;
}

const DEFAULT_TAIL = 500;
const MOST_TAIL = 10_000;
/** Characters of a line that are kept. */
const MAX_LINE_LENGTH = 16 * 1024;
/** How much of each server's file comes back at start. */
const RESTORE_BYTES = 256 * 1024;
/** Berth's own log must not show anybody's secret. */
const OWN_SLUG = 'berth';

/**
 * All lines of all servers: redacted first, then kept in a ring for whoever looks and in files for later. Nothing here throws
 * or waits: a full disk costs the files, with one visible problem, and nothing else.
 */
export class LogStore implements LogSink, Disposable {
  readonly #options: LogStoreOptions;
  readonly #rings = new Map<string, LineRing>();
  readonly #files = new Map<string, RotatingFile>();
  readonly #secrets = new Map<string, KnownSecrets>();
  readonly #allSecrets = new KnownSecrets();
  readonly #keyBlocks = new Map<string, Map<LogLine['stream'], KeyBlock>>();
  readonly #lines = new Emitter<LogLine>();
  readonly #problems = new Emitter<ErrorInfo | null>();
  #clock = { ms: 0, text: '' };
  #seq = 0;
  #ringBytes = 0;
  #disposed = false;
  #problem: ErrorInfo | null = null;

  /** Fires when files cannot be written any more, and with null when they can again. */
  readonly onDidChangeProblem = this.#problems.event;

  constructor(options: LogStoreOptions) {
    this.#options = options;
  }

  /** Why the log files are not written now; null when they are. */
  get problem(): ErrorInfo | null {
    return this.#problem;
  }

  /** Brings back the newest lines of the last run, so that `logs` answers after a restart. Call it before the first `append`. */
  async restore(): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => []);
    const lines: Omit<LogLine, 'seq'>[] = [];
    for (const name of names) {
      const slug = /^([a-z0-9][a-z0-9-]*)\.log$/.exec(name)?.[1];
      if (slug === undefined) continue;
      const text = await readEnd(join(this.#options.folder, name)).catch(() => '');
      for (const line of text.split('\n')) {
        const parsed = parseLine(line, slug);
        if (parsed) lines.push(parsed);
      }
    }
    lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    for (const line of lines) this.#remember({ ...line, seq: this.#nextSeq() });
  }

  append(entry: LogEntry): void {
    if (this.#disposed) return;
    if (!entry.text.includes('\n')) {
      this.#appendLine(entry, entry.text);
      return;
    }
    for (const part of entry.text.split(/\r?\n/)) {
      if (part !== '' || entry.text === '') this.#appendLine(entry, part);
    }
  }

  addSecrets(slug: string, values: readonly string[]): void {
    let known = this.#secrets.get(slug);
    if (!known) {
      known = new KnownSecrets();
      this.#secrets.set(slug, known);
    }
    known.add(values);
    this.#allSecrets.add(values);
  }

  redact(slug: string, text: string): string {
    const known = slug === OWN_SLUG ? this.#allSecrets : this.#secrets.get(slug);
    return redactPatterns(known ? known.redact(text) : text);
  }

  /** The newest lines that fit, oldest first. */
  query(filter: LogFilter = {}): LogLine[] {
    const limit = Math.min(filter.tail ?? DEFAULT_TAIL, MOST_TAIL);
    const wanted = matcher(filter);
    const rings = filter.slug === undefined ? [...this.#rings.values()] : [this.#rings.get(filter.slug)];
    return rings
      .flatMap((ring) => ring?.newest(limit, wanted) ?? [])
      .sort((a, b) => a.seq - b.seq)
      .slice(limit === 0 ? Number.POSITIVE_INFINITY : -limit);
  }

  /** Calls the listener with each new line that fits; `tail` and `since` say nothing about new ones. */
  subscribe(filter: LogFilter, listener: (line: LogLine) => void): Subscription {
    const { since: _since, ...lasting } = filter;
    const wanted = matcher(lasting);
    return this.#lines.event((line) => {
      if (wanted(line)) listener(line);
    });
  }

  /** Resolves when everything is in the files. */
  async flush(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.flush()));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#files.values()].map((file) => file.close()));
    this.#files.clear();
  }

  #appendLine({ slug, stream, level }: LogEntry, raw: string): void {
    const text = bounded(this.redact(slug, this.#keyBlock(slug, stream).read(raw)));
    const line: LogLine = {
      seq: this.#nextSeq(),
      time: this.#now(),
      slug,
      stream,
      level: level ?? guessLevel(text),
      text,
    };
    this.#remember(line);
    this.#file(slug).append(formatLine(line));
    this.#lines.fire(line);
  }

  #remember(line: LogLine): void {
    let ring = this.#rings.get(line.slug);
    if (!ring) {
      ring = new LineRing();
      this.#rings.set(line.slug, ring);
    }
    const before = ring.bytes;
    ring.push(line);
    this.#ringBytes += ring.bytes - before;
    if (this.#ringBytes > this.#options.ringBytes) this.#makeRoom();
  }

  /** A twentieth at a time, so that a flood does not pay for it with every line. */
  #makeRoom(): void {
    while (this.#ringBytes > this.#options.ringBytes * 0.95) {
      const largest = [...this.#rings.values()].reduce((most, ring) => (ring.bytes > most.bytes ? ring : most));
      const before = largest.bytes;
      largest.shrinkTo(before - this.#options.ringBytes / 20);
      if (largest.bytes === before) return;
      this.#ringBytes -= before - largest.bytes;
    }
  }

  /** Formatting a time costs more than all else that is done to a line, so that a flood shares it. */
  #now(): string {
    const now = Date.now();
    if (now !== this.#clock.ms) this.#clock = { ms: now, text: new Date(now).toISOString() };
    return this.#clock.text;
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #keyBlock(slug: string, stream: LogLine['stream']): KeyBlock {
    let blocks = this.#keyBlocks.get(slug);
    if (!blocks) {
      blocks = new Map();
      this.#keyBlocks.set(slug, blocks);
    }
    let block = blocks.get(stream);
    if (!block) {
      block = new KeyBlock();
      blocks.set(stream, block);
    }
    return block;
  }

  #file(slug: string): RotatingFile {
    let file = this.#files.get(slug);
    if (!file) {
      const { folder, maxFileBytes, maxFiles } = this.#options;
      const path = join(folder, `${encodeURIComponent(slug)}.log`);
      file = new RotatingFile({ path, maxFileBytes, maxFiles, onProblem: (error) => this.#setProblem(error) });
      this.#files.set(slug, file);
    }
    return file;
  }

  #setProblem(error: Error | null): void {
    if ((error === null) === (this.#problem === null)) return;
    this.#problem = error && {
      code: 'internal',
      message: `Log files are not written: ${error.message}`,
      hint: `Make room on the disk, or check who may write to ${this.#options.folder}. The newest lines are still shown.`,
    };
    this.#problems.fire(this.#problem);
  }
}

function matcher(filter: Omit<LogFilter, 'tail'>): (line: LogLine) => boolean {
  const { slug, level } = filter;
  // Times are compared as Berth writes them, whatever offset was asked with.
  const time = filter.since === undefined ? Number.NaN : Date.parse(filter.since);
  const since = Number.isNaN(time) ? null : new Date(time).toISOString();
  return (line) =>
    (slug === undefined || line.slug === slug) &&
    (level === undefined || levelAtLeast(line.level, level)) &&
    (since === null || line.time >= since);
}

function bounded(text: string): string {
  if (text.length <= MAX_LINE_LENGTH) return text;
  return `${text.slice(0, MAX_LINE_LENGTH)}… (${text.length - MAX_LINE_LENGTH} more characters)`;
}

/** The last part of a file, from the first whole line on. */
async function readEnd(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - RESTORE_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await handle.close();
  }
}
