import { type LogLine, logLevelSchema, logLineSchema } from '../../../contract/model/log.ts';

/** A line as it stands in a log file: `TIME LEVEL STREAM TEXT`. */
export function formatLine(line: Omit<LogLine, 'seq' | 'slug'>): string {
  return `${line.time} ${line.level.toUpperCase()} ${line.stream} ${line.text}`;
}

const written = /^(\d{4}-\d{2}-\d{2}T[\d:.]+Z) ([A-Z]+) ([a-z]+) (.*)$/;

/** The reverse of `formatLine`; null for anything else. */
export function parseLine(text: string, slug: string): Omit<LogLine, 'seq'> | null {
  const [, time, level, stream, rest] = written.exec(text) ?? [];
  const parsedLevel = logLevelSchema.safeParse(level?.toLowerCase());
  const parsedStream = logLineSchema.shape.stream.safeParse(stream);
  if (time === undefined || rest === undefined || !parsedLevel.success || !parsedStream.success) return null;
  return { time, slug, level: parsedLevel.data, stream: parsedStream.data, text: rest };
}
