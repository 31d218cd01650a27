import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { callRecordSchema } from '../../../contract/model/activity.ts';
import type { AuditEntry, AuditFilter } from '../../../contract/model/audit.ts';
import { answer, say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { follow, withBerth } from '../session.ts';
import { type Paint, painter, type Tone } from '../style.ts';
import { oneLine, table } from '../table.ts';
import { parseMoment } from '../time-text.ts';

const tones: Readonly<Record<AuditEntry['outcome'], Tone>> = {
  ok: 'good',
  'tool-error': 'warn',
  error: 'bad',
  refused: 'bad',
  cancelled: 'dim',
};

interface AuditOptions {
  output?: string;
  follow: boolean;
  since?: string;
  until?: string;
  server?: string;
  client?: string;
  context?: string;
  tool?: string;
  outcome?: string;
  grep?: string;
  all: boolean;
  limit?: string;
}

/** Every call that went through an endpoint: who, what, where, and how it ended. */
export function addAuditCommand(program: Command, { io }: CommandKit): void {
  withOutput(program.command('audit'))
    .description('print the calls that went through the endpoints, newest last')
    .option('-f, --follow', 'go on with each call as it ends', false)
    .option('--since <time>', 'only calls from then on: 5m, 2h or 2026-11-21T10:00:00Z')
    .option('--until <time>', 'only calls up to then')
    .option('--server <slug>', 'only calls of this server')
    .option('--client <client>', 'only calls of this client')
    .option('--context <context>', 'only calls that this context served')
    .option('--tool <tool>', 'only calls of this tool')
    .option('--outcome <outcomes>', `only calls that ended so: ${callRecordSchema.shape.outcome.options.join(', ')}`)
    .option('--grep <text>', 'only calls with this text anywhere, in any case')
    .option('--all', 'lists and reads too, not only calls of tools', false)
    .option('-n, --limit <count>', 'the newest so many (default 200)')
    .action(async (options: AuditOptions) => {
      const format = formatOf(options);
      const filter = auditFilter(options, io.now());
      const paint = painter(io);
      await withBerth(io, async (berth) => {
        if (!options.follow) {
          const entries = (await berth.call('audit.query', filter)).reverse();
          return print(io, format, entries, auditText);
        }
        const asText = await entryFormat(format, paint);
        await follow(
          berth,
          'audit',
          filter,
          (entry) => answer(io, asText(entry)),
          (count) => say(io, `${count} calls came faster than they could be shown and were left out.`),
        );
      });
    });
}

/** Throws `invalid-argument` for a time, an outcome or a count that is none. */
export function auditFilter(options: Omit<AuditOptions, 'follow' | 'output'>, now: number): AuditFilter {
  const { since, until, server, client, context, tool, outcome, grep, all, limit } = options;
  const count = limit === undefined ? undefined : Number(limit);
  if (count !== undefined && (!Number.isInteger(count) || count < 1 || count > 10_000)) {
    throw new BerthError('invalid-argument', '--limit takes a number from 1 to 10000.');
  }
  const outcomes = outcome?.split(',').map((name) => {
    const known = callRecordSchema.shape.outcome.safeParse(name.trim());
    if (known.success) return known.data;
    throw new BerthError('invalid-argument', `No call ends "${name.trim()}".`, {
      hint: `Use ${callRecordSchema.shape.outcome.options.join(', ')}.`,
    });
  });
  return {
    toolsOnly: !all,
    ...(since === undefined ? {} : { since: parseMoment(since, now) }),
    ...(until === undefined ? {} : { until: parseMoment(until, now) }),
    ...(server === undefined ? {} : { slug: server }),
    ...(client === undefined ? {} : { client }),
    ...(context === undefined ? {} : { context }),
    ...(tool === undefined ? {} : { tool }),
    ...(outcomes === undefined ? {} : { outcomes }),
    ...(grep === undefined ? {} : { text: grep }),
    ...(count === undefined ? {} : { limit: count }),
  };
}

const auditText: Render<readonly AuditEntry[]> = (entries, { wide, paint }) =>
  table(
    entries,
    [
      { head: 'TIME', text: (entry) => entry.time },
      { head: 'CLIENT', text: (entry) => entry.client },
      { head: 'SERVER', text: (entry) => entry.slug },
      { head: 'CONTEXT', text: (entry) => entry.context },
      { head: 'CALL', text: (entry) => entry.tool ?? entry.method },
      { head: 'OUTCOME', text: (entry) => entry.outcome, paint: (text, entry) => paint(tones[entry.outcome], text) },
      { head: 'MS', text: (entry) => Math.round(entry.ms) },
      { head: 'SESSION', text: (entry) => entry.session, wide: true },
      { head: 'GUARD', text: (entry) => entry.guard, wide: true },
      { head: 'BYTES', text: (entry) => entry.answerBytes, wide: true },
      { head: 'ARGUMENTS', text: (entry) => entry.arguments, wide: true },
      { head: 'REASON', text: (entry) => entry.reason, wide: true },
    ],
    wide,
  );

/** With `-f`, JSON is one object a line and YAML one document each (D28). */
async function entryFormat(format: string, paint: Paint): Promise<(entry: AuditEntry) => string> {
  if (format === 'json') return (entry) => JSON.stringify(entry);
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    return (entry) => `---\n${stringify(entry)}`;
  }
  return (entry) => entryLine(entry, paint);
}

function entryLine(entry: AuditEntry, paint: Paint): string {
  const { time, client, slug, context, tool, method, outcome, ms, reason } = entry;
  const where = context === null ? slug : `${slug}@${context}`;
  const end = paint(tones[outcome], outcome);
  const why = reason === null ? '' : ` ${oneLine(reason)}`;
  return `${paint('dim', time)} ${oneLine(client)} ${oneLine(where)} ${oneLine(tool ?? method)} ${end} ${Math.round(ms)}ms${why}`;
}
