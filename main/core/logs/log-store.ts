import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { LogExportPart, LogExportRequest, LogFilter, LogLine } from '../../../contract/model/log.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter, type Subscription } from '../emitter.ts';
import { exportPart } from './export-log.ts';
import type { FileLimits } from './file-limits.ts';
import { followLines, type LineFollower } from './follow-lines.ts';
import { formatText } from './format-text.ts';
import { KnownSecrets } from './known-secrets.ts';
import { LineGuard, Scratch } from './line-guard.ts';
import { LineRing } from './line-ring.ts';
import { formatLine, parseLine } from './line-text.ts';
import { type FormattedText, LogBlock, levelBit } from './log-block.ts';
import { slugsWithFiles } from './log-files.ts';
import type { LogEntry, LogSink } from './log-sink.ts';
import { redactPatterns } from './redact.ts';
import { RotatingFile, type WriteQueue } from './rotating-file.ts';

export interface LogStoreOptions extends FileLimits {
  readonly folder: string;
  /** Memory for the newest lines of all servers together; the one that writes most loses its oldest lines first. */
  readonly ringBytes: number;
}

const DEFAULT_TAIL = 500;
const MOST_TAIL = 10_000;
/** What may wait for the disk in memory, of all servers together. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;
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
  readonly #scratch = new Scratch();
  readonly #guards = new Map<string, LineGuard>();
  readonly #blocks = new Emitter<LogBlock>();
  readonly #problems = new Emitter<ErrorInfo | null>();
  readonly #queue: WriteQueue = { bytes: 0, most: MOST_WAITING_BYTES };
  #limits: FileLimits;
  #seq = 0;
  #ringBytes = 0;
  #disposed = false;
  #problem: ErrorInfo | null = null;

  /** Fires when files cannot be written any more, and with null when they can again. */
  readonly onDidChangeProblem = this.#problems.event;

  constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#limits = options;
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
    for (const line of lines) {
      this.#remember(line.slug, { text: `${formatLine(line)}\n`, count: 1, levels: levelBit(line.level) });
    }
  }

  /** Files follow other limits from now on; what is beyond them is removed. */
  async limit(limits: FileLimits): Promise<void> {
    if (limits.maxFileBytes === this.#limits.maxFileBytes && limits.maxFiles === this.#limits.maxFiles) return;
    this.#limits = { maxFileBytes: limits.maxFileBytes, maxFiles: limits.maxFiles };
    for (const slug of await slugsWithFiles(this.#options.folder)) await this.#file(slug).prune();
  }

  append({ slug, stream, level, text, overlongBytes }: LogEntry): void {
    if (this.#disposed) return;
    const time = new Date().toISOString();
    const formatted = formatText(
      text,
      { time, stream, level: level ?? null, overlongBytes },
      this.#guard(slug, stream),
    );
    if (formatted.count === 0) return;
    const block = this.#remember(slug, formatted);
    this.#file(slug).append(block.bytes, block.count);
    this.#blocks.fire(block);
  }

  pressure(slug: string): Promise<void> | null {
    return this.#files.get(slug)?.pressure() ?? null;
  }

  addSecrets(slug: string, values: readonly string[]): void {
    if (slug !== OWN_SLUG) this.#secretsOf(slug).add(values);
    this.#allSecrets.add(values);
  }

  redact(slug: string, text: string): string {
    return redactPatterns(this.#secretsOf(slug).redact(text));
  }

  /** The newest lines that fit, oldest first. */
  query(filter: LogFilter = {}): LogLine[] {
    const limit = Math.min(filter.tail ?? DEFAULT_TAIL, MOST_TAIL);
    const wanted = isSince(filter.since);
    const rings = filter.slug === undefined ? [...this.#rings.values()] : [this.#rings.get(filter.slug)];
    return rings
      .flatMap((ring) => ring?.newest(limit, filter.level, wanted) ?? [])
      .sort((a, b) => a.seq - b.seq)
      .slice(limit === 0 ? Number.POSITIVE_INFINITY : -limit);
  }

  /** Hands on new lines that fit until the subscription ends. */
  follow(filter: LogFilter, follower: LineFollower): Subscription {
    return followLines(this.#blocks.event, filter, follower);
  }

  /** The next part of what is kept on disk. Rejects with `invalid-argument` for a cursor that is none. */
  async exportPart(request: LogExportRequest): Promise<LogExportPart> {
    if (request.cursor === undefined) await this.flush();
    return exportPart({ folder: this.#options.folder, redact: (slug, text) => this.redact(slug, text) }, request);
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

  #remember(slug: string, formatted: FormattedText): LogBlock {
    const block = new LogBlock(slug, this.#seq + 1, formatted);
    this.#seq += block.count;
    let ring = this.#rings.get(slug);
    if (!ring) {
      ring = new LineRing();
      this.#rings.set(slug, ring);
    }
    ring.push(block);
    this.#ringBytes += block.size;
    if (this.#ringBytes > this.#options.ringBytes) this.#makeRoom();
    return block;
  }

  /** A twentieth at a time, so that a flood does not pay for it with every block. */
  #makeRoom(): void {
    while (this.#ringBytes > this.#options.ringBytes * 0.95) {
      const largest = [...this.#rings.values()].reduce((most, ring) => (ring.bytes > most.bytes ? ring : most));
      const before = largest.bytes;
      largest.shrinkTo(before - this.#options.ringBytes / 20);
      if (largest.bytes === before) return;
      this.#ringBytes -= before - largest.bytes;
    }
  }

  #secretsOf(slug: string): KnownSecrets {
    if (slug === OWN_SLUG) return this.#allSecrets;
    let known = this.#secrets.get(slug);
    if (!known) {
      known = new KnownSecrets();
      this.#secrets.set(slug, known);
    }
    return known;
  }

  #guard(slug: string, stream: LogLine['stream']): LineGuard {
    const key = `${stream} ${slug}`;
    let guard = this.#guards.get(key);
    if (!guard) {
      guard = new LineGuard(this.#secretsOf(slug), this.#scratch);
      this.#guards.set(key, guard);
    }
    return guard;
  }

  #file(slug: string): RotatingFile {
    let file = this.#files.get(slug);
    if (!file) {
      file = new RotatingFile({
        path: join(this.#options.folder, `${encodeURIComponent(slug)}.log`),
        limits: () => this.#limits,
        queue: this.#queue,
        onProblem: (error) => this.#setProblem(error),
      });
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

/** What a ring does not look at itself. */
function isSince(since: string | undefined): (line: LogLine) => boolean {
  // Times are compared as Berth writes them, whatever offset was asked with.
  const time = since === undefined ? Number.NaN : Date.parse(since);
  const from = Number.isNaN(time) ? '' : new Date(time).toISOString();
  return (line) => line.time >= from;
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
