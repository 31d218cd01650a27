import { join } from 'node:path';
import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import { type LogExportPart, type LogExportRequest, type LogLine, levelAtLeast } from '../../../contract/model/log.ts';
import { formatLine, parseLine } from './line-text.ts';
import { type LogPiece, type LogPosition, readPiece, slugsWithFiles } from './log-files.ts';

/** How much is read for one part, of all servers together and of each at least; no line is longer than the latter. */
const PART_BYTES = 512 * 1024;
const LEAST_BYTES = 128 * 1024;

const cursorSchema = z.object({
  /** Lines that came after the export had begun are not in it: it ends, however much is written meanwhile. */
  until: z.string(),
  positions: z.record(z.string(), z.object({ file: z.number(), offset: z.number().int().min(0) })),
});
type Cursor = z.infer<typeof cursorSchema>;

export interface ExportSource {
  readonly folder: string;
  /** What became known as a secret after a line was written is hidden as well. */
  readonly redact: (slug: string, text: string) => string;
}

/**
 * The next part of what is kept on disk, oldest first; lines of several servers are merged by their times. Nothing is held
 * between two parts: where the next one begins stands in the cursor. Rejects with `invalid-argument` for a cursor that is none.
 */
export async function exportPart(source: ExportSource, request: LogExportRequest): Promise<LogExportPart> {
  const { folder, redact } = source;
  const cursor = request.cursor === undefined ? begin() : parseCursor(request.cursor);
  const slugs = request.slug === undefined ? await slugsWithFiles(folder) : [request.slug];
  const bytes = Math.max(LEAST_BYTES, Math.floor(PART_BYTES / Math.max(1, slugs.length)));
  const pieces = await Promise.all(
    slugs.map(async (slug) => ({
      slug,
      ...(await readPiece(join(folder, `${slug}.log`), cursor.positions[slug] ?? null, bytes)),
    })),
  );
  const { taken, positions, over } = merge(pieces, cursor);
  const wanted = matcher(request);
  const text = taken
    .filter(wanted)
    .map((line) => {
      const shown = formatLine({ ...line, text: redact(line.slug, line.text) });
      return request.slug === undefined ? `${line.slug} ${shown}\n` : `${shown}\n`;
    })
    .join('');
  return { text, cursor: over ? null : JSON.stringify({ until: cursor.until, positions }) };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences begin with a control character
const terminalSequence = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])?/g;

type Line = Omit<LogLine, 'seq'>;
type SlugPiece = LogPiece & { readonly slug: string };

/**
 * Lines up to the time that is certain: the earliest end of a piece that is not the last one of its server. That piece goes as
 * a whole, so that every part gets on.
 */
function merge(
  pieces: readonly SlugPiece[],
  cursor: Cursor,
): { taken: Line[]; positions: Record<string, LogPosition>; over: boolean } {
  const unfinished = pieces.filter(({ last }) => !last).map((piece) => ({ piece, end: lastTime(piece) }));
  const earliest = unfinished.sort((a, b) => (a.end < b.end ? -1 : 1))[0];
  const positions: Record<string, LogPosition> = { ...cursor.positions };
  const taken: Line[] = [];
  for (const piece of pieces) {
    for (const { text, end } of piece.lines) {
      const line = parseLine(text, piece.slug);
      if (earliest && piece !== earliest.piece && line && line.time > earliest.end) break;
      positions[piece.slug] = end;
      // A file is read with other programs: colours are only noise there, and other sequences could do harm.
      if (line && line.time <= cursor.until) taken.push({ ...line, text: line.text.replace(terminalSequence, '') });
    }
  }
  // Sorting keeps the order of lines of the same time.
  if (pieces.length > 1) taken.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return { taken, positions, over: earliest === undefined || earliest.end > cursor.until };
}

function lastTime({ lines, slug }: SlugPiece): string {
  return parseLine(lines.at(-1)?.text ?? '', slug)?.time ?? '';
}

function matcher({ level, since, search }: LogExportRequest): (line: Line) => boolean {
  const time = since === undefined ? Number.NaN : Date.parse(since);
  const from = Number.isNaN(time) ? '' : new Date(time).toISOString();
  const wanted = search?.toLowerCase() ?? '';
  return (line) =>
    line.time >= from &&
    (level === undefined || levelAtLeast(line.level, level)) &&
    (wanted === '' || line.text.toLowerCase().includes(wanted) || line.slug.includes(wanted));
}

function begin(): Cursor {
  return { until: new Date().toISOString(), positions: {} };
}

function parseCursor(text: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new BerthError('invalid-argument', 'This is no place in a log.', { cause: error });
  }
}
