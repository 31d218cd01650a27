import { type LogLevel, type LogLine, levelAtLeast, logLevels } from '../../../contract/model/log.ts';
import { parseLine } from './line-text.ts';

/** What a block takes beside its text, in bytes. An estimate. */
const OVERHEAD = 160;

/** Lines of one server that came together, as they stand in its file. Lines are made of it only when somebody wants them. */
export class LogBlock {
  readonly slug: string;
  /** The `seq` of its first line. */
  readonly firstSeq: number;
  readonly count: number;
  /** UTF-8, each line with its end. */
  readonly bytes: Buffer;
  readonly #levels: number;

  /** `levels`: those that occur in it, as `levelBit` makes them. */
  constructor(slug: string, firstSeq: number, { text, count, levels }: FormattedText) {
    this.slug = slug;
    this.firstSeq = firstSeq;
    this.count = count;
    this.bytes = Buffer.from(text, 'utf8');
    this.#levels = levels;
  }

  /** Bytes of memory. */
  get size(): number {
    return OVERHEAD + this.bytes.length;
  }

  /** Whether a line of at least this level is in it. */
  reaches(level: LogLevel | undefined): boolean {
    return level === undefined || this.#levels >= levelBit(level);
  }

  /** Its lines, of at least that level when one is given. */
  lines(level?: LogLevel): LogLine[] {
    const texts = this.bytes.toString('utf8').split('\n');
    const lines: LogLine[] = [];
    for (let index = 0; index < this.count; index += 1) {
      const line = parseLine(texts[index] ?? '', this.slug);
      if (line && (level === undefined || levelAtLeast(line.level, level)))
        lines.push({ ...line, seq: this.firstSeq + index });
    }
    return lines;
  }
}

/** Lines as `formatLine` makes them, each with its end, and what is in them. */
export interface FormattedText {
  readonly text: string;
  readonly count: number;
  /** The bits of the levels that occur. */
  readonly levels: number;
}

/** Higher levels have higher bits. */
export function levelBit(level: LogLevel): number {
  return 1 << logLevels.indexOf(level);
}
