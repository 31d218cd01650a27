import { Argument, type Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { ALL } from '../../../contract/model/all.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { answer, type CliIo } from '../cli-io.ts';
import type { CommandKit } from '../command-kit.ts';
import { completionScript, shells } from '../completion-scripts.ts';
import { completionsFor, type NameKind } from '../completions.ts';
import { withBerth } from '../session.ts';

const LOOK_UP_MS = 1_000;

/** completion SHELL, and the hidden command that its scripts ask. */
export function addCompletionCommands(program: Command, { io }: CommandKit): void {
  program
    .command('completion')
    .description('print a completion script for bash, zsh, fish or powershell')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: string) => {
      const script = completionScript(shell);
      if (script === null) throw new BerthError('invalid-argument', `There is no completion for "${shell}".`);
      answer(io, script);
    });
  program
    .command('__complete [words...]', { hidden: true })
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) => {
      const names = await completionsFor(program, words, (kind) => namesOf(io, kind));
      answer(io, names.join('\n'));
    });
}

/** Names for the word under the cursor. Completion must never complain or keep a shell waiting, so no answer is an empty one. */
async function namesOf(io: CliIo, kind: NameKind): Promise<string[]> {
  const asked = withBerth(io, (berth) => ask(berth, kind)).catch(() => offline(io, kind));
  const late = new Promise<string[]>((resolve) => setTimeout(() => resolve([]), LOOK_UP_MS).unref());
  return Promise.race([asked.catch(() => []), late]);
}

async function ask(berth: RpcClient, kind: NameKind): Promise<string[]> {
  if (kind === 'presets') return (await berth.call('presets.list')).map(({ id }) => id);
  const status = await berth.call('app.status');
  if (kind === 'servers') return status.servers.map(({ slug }) => slug);
  if (kind === 'endpoints') return [...status.servers.map(({ slug }) => slug), ALL];
  if (kind === 'contexts') return status.contexts.map(({ ref }) => ref);
  if (kind === 'clients') return status.clients.map(({ id }) => id);
  return [...status.servers.map(({ slug }) => slug), ...status.contexts.map(({ ref }) => ref)];
}

async function offline(io: CliIo, kind: NameKind): Promise<string[]> {
  if (kind !== 'contexts') return [];
  const { listContextsOffline } = await import('../offline/contexts.ts');
  return (await listContextsOffline(io.env, io.platform)).contexts.map(({ ref }) => ref);
}
