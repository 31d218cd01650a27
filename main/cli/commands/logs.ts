import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { type LogFilter, type LogLevel, type LogLine, logLevelSchema } from '../../../contract/model/log.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { answer, say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { follow, withBerth } from '../session.ts';
import { type Paint, painter, type Tone } from '../style.ts';
import { oneLine } from '../table.ts';
import { parseMoment } from '../time-text.ts';
import { exportLog } from './export-log.ts';

const tones: Partial<Record<LogLevel, Tone>> = { error: 'bad', warn: 'warn', debug: 'dim' };

interface LogOptions {
  output?: string;
  follow: boolean;
  tail?: string;
  since?: string;
  level?: string;
  export?: string;
  force?: boolean;
}

/** Lines of one server, of Berth itself (`berth logs berth`), or of all. */
export function addLogsCommand(program: Command, { io }: CommandKit): void {
  withOutput(program.command('logs [slug]'))
    .description('print the log of a server, or of all; "berth" is Berth itself')
    .option('-f, --follow', 'go on with new lines as they come', false)
    .option('--tail <lines>', 'how many of the newest lines to begin with')
    .option('--since <time>', 'only lines from then on: 5m, 2h or 2026-11-21T10:00:00Z')
    .option('--level <level>', 'only lines of at least this level: debug, info, warn, error')
    .option(
      '--export <file>',
      'write all that is kept on disk to a new file, instead of the newest lines to the terminal',
    )
    .option('--force', 'with --export: replace the file', false)
    .action(async (slug: string | undefined, options: LogOptions) => {
      const format = formatOf(options);
      const filter = logFilter(slug, options, io.now());
      if (options.export !== undefined && (options.follow || options.tail !== undefined)) {
        throw new BerthError(
          'invalid-argument',
          '--export goes with --since and --level, not with --follow or --tail.',
        );
      }
      const paint = painter(io);
      await withBerth(io, async (berth) => {
        if (slug !== undefined && slug !== 'berth') await berth.call('servers.get', { slug });
        if (options.export !== undefined) {
          const { tail: _tail, ...request } = filter;
          return exportLog(io, berth, request, { file: options.export, force: options.force === true });
        }
        if (!options.follow) {
          const lines = await berth.call('logs.query', filter);
          return print(io, format, lines, () => lines.map((line) => lineText(line, slug, paint)).join('\n'));
        }
        const asText = await lineFormat(format, slug, paint);
        await followLogs(
          berth,
          filter,
          (line) => answer(io, asText(line)),
          (count) => say(io, `${count} lines came faster than they could be shown and were left out.`),
        );
      });
    });
}

function followLogs(
  berth: RpcClient,
  filter: LogFilter,
  onLine: (line: LogLine) => void,
  onDropped: (count: number) => void,
): Promise<void> {
  return follow(berth, 'logs', filter, onLine, onDropped);
}

/** With `-f`, JSON is one object a line and YAML one document each (D28). */
async function lineFormat(format: string, slug: string | undefined, paint: Paint): Promise<(line: LogLine) => string> {
  if (format === 'json') return (line) => JSON.stringify(line);
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    return (line) => `---\n${stringify(line)}`;
  }
  return (line) => lineText(line, slug, paint);
}

/** Throws `invalid-argument` for a count, time or level that is none. */
export function logFilter(
  slug: string | undefined,
  { tail, since, level }: Pick<LogOptions, 'tail' | 'since' | 'level'>,
  now: number,
): LogFilter {
  const count = tail === undefined ? undefined : Number(tail);
  if (count !== undefined && (!Number.isInteger(count) || count < 0 || count > 10_000)) {
    throw new BerthError('invalid-argument', '--tail takes a number from 0 to 10000.');
  }
  const known = level === undefined ? undefined : logLevelSchema.safeParse(level);
  if (known && !known.success) {
    throw new BerthError('invalid-argument', `There is no level "${level}".`, {
      hint: 'Use debug, info, warn or error.',
    });
  }
  return {
    ...(slug === undefined ? {} : { slug }),
    ...(count === undefined ? {} : { tail: count }),
    ...(since === undefined ? {} : { since: parseMoment(since, now) }),
    ...(known === undefined ? {} : { level: known.data }),
  };
}

function lineText(line: LogLine, slug: string | undefined, paint: Paint): string {
  const tone = tones[line.level];
  const text = `${line.level.toUpperCase().padEnd(5)} ${oneLine(line.text)}`;
  const who = slug === undefined ? `${line.slug} ` : '';
  return `${paint('dim', line.time)} ${who}${line.stream.padEnd(6)} ${tone ? paint(tone, text) : text}`;
}
