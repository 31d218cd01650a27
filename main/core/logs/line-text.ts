import { type LogLevel, type LogLine, logLevels } from '../../../contract/model/log.ts';

const streams: readonly LogLine['stream'][] = ['stderr', 'stdout', 'event', 'mcp'];
/** As written: in capitals. */
const levelNames: ReadonlyMap<string, LogLevel> = new Map(logLevels.map((level) => [level.toUpperCase(), level]));
const streamNames: ReadonlyMap<string, LogLine['stream']> = new Map(streams.map((stream) => [stream, stream]));
/** Length of a time as Berth writes it: `2026-11-21T10:00:00.000Z`. */
const TIME_LENGTH = 24;

/** What stands before the text of a line in a log file: `TIME LEVEL STREAM `. */
export function linePrefix({ time, level, stream }: Pick<LogLine, 'time' | 'level' | 'stream'>): string {
  return `${time} ${level.toUpperCase()} ${stream} `;
}

/** A line as it stands in a log file: `TIME LEVEL STREAM TEXT`. */
export function formatLine(line: Omit<LogLine, 'seq' | 'slug'>): string {
  return linePrefix(line) + line.text;
}

/** The reverse of `formatLine`; null for anything else. Positions instead of patterns: a window may want a million of them. */
export function parseLine(text: string, slug: string): Omit<LogLine, 'seq'> | null {
  if (text[TIME_LENGTH - 1] !== 'Z' || text[TIME_LENGTH] !== ' ' || text[10] !== 'T') return null;
  const levelEnd = text.indexOf(' ', TIME_LENGTH + 1);
  const streamEnd = text.indexOf(' ', levelEnd + 1);
  if (levelEnd < 0 || streamEnd < 0) return null;
  const level = levelNames.get(text.slice(TIME_LENGTH + 1, levelEnd));
  const stream = streamNames.get(text.slice(levelEnd + 1, streamEnd));
  if (level === undefined || stream === undefined) return null;
  return { time: text.slice(0, TIME_LENGTH), slug, level, stream, text: text.slice(streamEnd + 1) };
}
