import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import type { CheckResult } from '../../../contract/model/doctor.ts';
import type { Status } from '../../../contract/model/status.ts';
import { answer, type CliIo, say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { follow, withBerth } from '../session.ts';
import { type Paint, painter, type Tone } from '../style.ts';
import { oneLine } from '../table.ts';

const signs: Record<CheckResult['outcome'], { sign: string; tone: Tone }> = {
  pass: { sign: 'ok', tone: 'good' },
  warn: { sign: 'warn', tone: 'warn' },
  fail: { sign: 'FAIL', tone: 'bad' },
  skip: { sign: 'skip', tone: 'dim' },
};

/** The layered test as a ladder; exit 1 when a rung fails. */
export function addDoctorCommand(program: Command, { io, exit }: CommandKit): void {
  withOutput(program.command('doctor [target]'))
    .description('test Berth, or one server, context or client, rung by rung')
    .option('--report <file>', 'write a report without secrets, to share')
    .action(async (target: string | undefined, options: { output?: string; report?: string }) => {
      const format = formatOf(options);
      const results: CheckResult[] = [];
      const live = format === 'table' || format === 'wide';
      const rung = ladder(io, painter(io));
      const version = await withBerth(io, async (berth) => {
        const status = await berth.call('app.status');
        const params = target === undefined ? {} : { target: targetOf(status, target) };
        await follow(berth, 'doctor', params, (result) => {
          results.push(result);
          if (live) rung(result);
        });
        return status.version;
      });
      if (live) answer(io, `\n${summary(results)}`);
      else await print(io, format, results, () => '');
      if (options.report !== undefined) await writeReport(io, options.report, { version, target, results });
      if (results.some((result) => result.outcome === 'fail')) exit(1);
    });
}

/** What a name means: a server, else a context, else a client. Throws `not-found`. */
export function targetOf(status: Pick<Status, 'servers' | 'contexts' | 'clients'>, name: string): string {
  if (/^(server|context|client):/.test(name) || name === 'berth') return name;
  if (status.servers.some(({ slug }) => slug === name)) return `server:${name}`;
  const context = status.contexts.find((one) => one.ref === name) ?? status.contexts.find((one) => one.name === name);
  if (context) return `context:${context.ref}`;
  if (status.clients.some(({ id }) => id === name)) return `client:${name}`;
  throw new BerthError('not-found', `There is no server, context or client "${name}".`, {
    hint: 'See `berth servers`, `berth contexts` and `berth clients`.',
  });
}

/** Prints results as they come, with a head for each thing that is tested. */
function ladder(io: CliIo, paint: Paint): (result: CheckResult) => void {
  let target: string | null = null;
  return (result) => {
    if (result.target !== target) {
      answer(io, `${target === null ? '' : '\n'}${paint('strong', result.target)}`);
      target = result.target;
    }
    answer(io, rungText(result, paint));
  };
}

/** One rung: outcome, what was tested, what was seen, how long it took, and what to do. */
export function rungText(result: CheckResult, paint: Paint): string {
  const { sign, tone } = signs[result.outcome];
  const time = result.outcome === 'skip' ? '' : ` (${Math.round(result.ms)} ms)`;
  const line = `  ${paint(tone, sign.padEnd(4))}  ${oneLine(result.title)}: ${oneLine(result.evidence)}${time}`;
  return result.remedy && result.outcome !== 'pass' ? `${line}\n        ${oneLine(result.remedy)}` : line;
}

function summary(results: readonly CheckResult[]): string {
  const count = (outcome: CheckResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  return `${count('pass')} passed, ${count('warn')} warnings, ${count('fail')} failed, ${count('skip')} skipped`;
}

async function writeReport(
  io: CliIo,
  file: string,
  { version, target, results }: { version: string; target: string | undefined; results: readonly CheckResult[] },
): Promise<void> {
  const report = {
    berth: version,
    platform: io.platform,
    createdAt: new Date(io.now()).toISOString(),
    target: target ?? 'everything',
    results,
  };
  const path = resolve(io.cwd, file);
  try {
    const handle = await open(path, 'w', 0o600);
    await handle.writeFile(`${JSON.stringify(report, null, 2)}\n`);
    await handle.close();
  } catch (error) {
    throw new BerthError('invalid-argument', `The report cannot be written to ${path}: ${(error as Error).message}.`);
  }
  say(io, `The report is in ${path}.`);
}
