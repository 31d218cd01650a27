import { z } from 'zod';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export const logLevelSchema = z.enum(logLevels);
export type LogLevel = z.infer<typeof logLevelSchema>;

/** One line, already redacted. `seq` grows by one per stored line of the whole store and orders lines over servers. */
export const logLineSchema = z.object({
  seq: z.number().int(),
  time: z.string(),
  /** The server, or `berth` for Berth itself. */
  slug: z.string(),
  /** `stderr` and `stdout` of the process, `event` for what Berth did (started, restarted, why), `mcp` for notifications/message. */
  stream: z.enum(['stderr', 'stdout', 'event', 'mcp']),
  level: logLevelSchema,
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

export const logFilterSchema = z.object({
  slug: z.string().optional(),
  /** At least this level. */
  level: logLevelSchema.optional(),
  /** ISO 8601. */
  since: z.string().optional(),
  /** How many of the newest lines to begin with. Default 500, at most 10,000. */
  tail: z.number().int().min(0).max(10_000).optional(),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

/** What to write to a file: everything that is kept on disk, not only what a window shows. Without a cursor from the oldest line on. */
export const logExportRequestSchema = logFilterSchema.pick({ level: true, since: true }).extend({
  slug: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .optional(),
  /** Only lines with this in their text or their server's name, whatever the case. */
  search: z.string().optional(),
  cursor: z.string().optional(),
});
export type LogExportRequest = z.infer<typeof logExportRequestSchema>;

/** `text`: whole lines, maybe none; `cursor`: asks for the next part, null when there is none. */
export const logExportPartSchema = z.object({ text: z.string(), cursor: z.string().nullable() });
export type LogExportPart = z.infer<typeof logExportPartSchema>;

export function levelAtLeast(level: LogLevel, minimum: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(minimum);
}
