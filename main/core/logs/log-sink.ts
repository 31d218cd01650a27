import type { LogLevel, LogLine } from '../../../contract/model/log.ts';

/** A line to store, not yet redacted. Without a level it is guessed from the text. */
export interface LogEntry {
  /** The server, or `berth` for Berth itself. */
  readonly slug: string;
  readonly stream: LogLine['stream'];
  readonly level?: LogLevel;
  readonly text: string;
}

/** Where processes' output and Berth's own events go. Never throws and never blocks: a log must not stop what it describes. */
export interface LogSink {
  append(entry: LogEntry): void;
  /** From now on these values never reach the ring, a file or a message of this server. */
  addSecrets(slug: string, values: readonly string[]): void;
  /** The text as it may be shown: without tokens, keys, passwords in URLs and the known secrets of that server. */
  redact(slug: string, text: string): string;
}
