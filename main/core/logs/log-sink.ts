import type { LogLevel, LogLine } from '../../../contract/model/log.ts';

/** One line or several to store, not yet redacted. Without a level it is guessed from each line. */
export interface LogEntry {
  /** The server, or `berth` for Berth itself. */
  readonly slug: string;
  readonly stream: LogLine['stream'];
  readonly level?: LogLevel;
  readonly text: string;
  /** Set when `text` is only the beginning of a line of so many bytes. */
  readonly overlongBytes?: number;
}

/** Where processes' output and Berth's own events go. Never throws and never blocks: a log must not stop what it describes. */
export interface LogSink {
  append(entry: LogEntry): void;
  /** Set while the disk is behind with what that server wrote: its output should not be read before. It resolves soon in any case. */
  pressure(slug: string): Promise<void> | null;
  /** From now on these values never reach the ring, a file or a message of this server. */
  addSecrets(slug: string, values: readonly string[]): void;
  /** The text as it may be shown: without tokens, keys, passwords in URLs and the known secrets of that server. */
  redact(slug: string, text: string): string;
}
