import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { type Approval, hiddenPlaces } from '../../../contract/model/approval.ts';
import { type CliIo, say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { withBerth } from '../session.ts';
import { facts } from '../table.ts';
import { shortSpan } from '../time-text.ts';

/** Calls that wait for a person (D16): what they are, and a decision about one. */
export function addApprovalsCommand(program: Command, { io }: CommandKit): void {
  const approvals = withOutput(program.command('approvals'))
    .description('list the calls that wait for approval')
    .action(async (options: { output?: string }) => {
      const waiting = await withBerth(io, (berth) => berth.call('approvals.list', undefined));
      await print(io, formatOf(options), waiting, approvalsText(io));
    });
  withOutput(approvals.command('approve <id>'))
    .description('let this one call pass; needs a terminal')
    .action((id: string, options: { output?: string }) => decide(io, id, true, options));
  withOutput(approvals.command('deny <id>'))
    .description('refuse this one call; needs a terminal')
    .action((id: string, options: { output?: string }) => decide(io, id, false, options));
}

async function decide(io: CliIo, id: string, approve: boolean, options: { output?: string }): Promise<void> {
  // A model that can run commands shall not approve its own calls with one; that it could open a terminal is in the threat model.
  if (!io.stdin.isTTY) {
    throw new BerthError('refused', 'Calls are approved and denied by a person at a terminal.', {
      hint: 'Run this in a terminal, or decide in the Berth window.',
    });
  }
  const decided = await withBerth(io, (berth) => berth.call('approvals.decide', { id, approve }));
  const { tool, client, context, slug, state } = decided;
  const where = context === null ? slug : `${slug} on ${context}`;
  const next = approve && state !== 'waiting' ? ' It passes when the client repeats it within ten minutes.' : '';
  say(io, `${approve ? 'Approved' : 'Denied'}: ${tool} of ${client} at ${where}.${next}`);
  if (options.output) await print(io, formatOf(options), decided, () => '');
}

const stateWords: Readonly<Record<Approval['state'], string>> = {
  waiting: 'the client waits for the answer',
  asked: 'the client was told to repeat it when it is approved',
  approved: 'approved, passes when the client repeats it',
};

/** Who decides must know what they do not see. */
function hiddenFact(approval: Approval): [string, string][] {
  const hidden = hiddenPlaces(approval);
  if (hidden === 0) return [];
  return [['Hidden', `${hidden} of its values may be secret: not shown, and sent as the client gave them`]];
}

function approvalsText(io: CliIo): Render<readonly Approval[]> {
  return (waiting, { paint }) => {
    if (waiting.length === 0) return 'No call waits for approval.';
    return waiting
      .map((approval) =>
        facts([
          ['Id', approval.id],
          ['Call', approval.tool],
          ['Arguments', approval.arguments],
          ...hiddenFact(approval),
          ['Client', approval.client],
          ['Server', approval.slug],
          ['Context', approval.production ? `${approval.context} (production)` : approval.context],
          ['Asked', `${shortSpan(io.now() - Date.parse(approval.time))} ago; ${stateWords[approval.state]}`],
        ]).replace(/^Id: +(\S+)/, (line) => paint('warn', line)),
      )
      .join('\n\n');
  };
}
