import { type LogLevel, type LogLine, logLevels } from '../../../contract/model/log.ts';
import { guessLevel, mayTellLevels } from './guess-level.ts';
import type { LineGuard } from './line-guard.ts';
import { linePrefix } from './line-text.ts';
import { type FormattedText, levelBit } from './log-block.ts';

/** Characters of a line that are kept. */
const MAX_LINE_LENGTH = 16 * 1024;
/** A secret that the end of an overlong head cuts is not recognised: so much of that end is not kept, in characters. */
const UNSAFE_END = 8 * 1024;
const RETURN = 0x0d;

export interface TextSource {
  /** ISO 8601, the same for all lines of the text. */
  readonly time: string;
  readonly stream: LogLine['stream'];
  /** Null: each line says its own, or is `info`. */
  readonly level: LogLevel | null;
  /** Set when the text is the beginning of one line of so many bytes. */
  readonly overlongBytes?: number | undefined;
}

/** The lines of a text as they are kept, in memory and in files: cleaned, bounded, with time and level. Empty ones are left out. */
export function formatText(text: string, source: TextSource, guard: LineGuard): FormattedText {
  const prefixes: Partial<Record<LogLevel, string>> = {};
  for (const level of logLevels) prefixes[level] = linePrefix({ time: source.time, level, stream: source.stream });
  let formatted = '';
  let count = 0;
  let levels = 0;
  guard.begin(text);
  if (guard.isClean && source.overlongBytes === undefined) {
    const level = source.level ?? (mayTellLevels(text, guard.codes) ? null : 'info');
    const alike = level && alikeLines(text, prefixes[level] ?? '');
    if (alike) return { ...alike, levels: levelBit(level) };
  }
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const next = found < 0 ? text.length : found;
    const end = next > start && text.charCodeAt(next - 1) === RETURN ? next - 1 : next;
    if (end > start) {
      const line = bounded(guard.clean(start, end), source.overlongBytes);
      const level = source.level ?? guessLevel(line);
      formatted += `${prefixes[level]}${line}\n`;
      levels |= levelBit(level);
      count += 1;
    }
    start = next + 1;
  }
  return { text: formatted, count, levels };
}

/** The lines of a text in which every one is kept as it is, at once; null when one needs a look of its own. */
function alikeLines(text: string, prefix: string): { text: string; count: number } | null {
  if (text.includes('\r')) return null;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0 || lines.some(({ length }) => length === 0 || length > MAX_LINE_LENGTH)) return null;
  return { text: `${prefix}${lines.join(`\n${prefix}`)}\n`, count: lines.length };
}

function bounded(line: string, overlongBytes: number | undefined): string {
  if (overlongBytes !== undefined) {
    const kept = Math.min(MAX_LINE_LENGTH, Math.max(0, line.length - UNSAFE_END));
    return `${line.slice(0, kept)}… (${overlongBytes} bytes)`;
  }
  if (line.length <= MAX_LINE_LENGTH) return line;
  return `${line.slice(0, MAX_LINE_LENGTH)}… (${line.length - MAX_LINE_LENGTH} more characters)`;
}
