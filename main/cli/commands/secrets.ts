import type { Command } from 'commander';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { readSecret } from '../prompt.ts';
import { withBerth } from '../session.ts';
import { table } from '../table.ts';

/** secrets list|set|rm. Values never come from the command line and are never shown. */
export function addSecretCommands(program: Command, { io }: CommandKit): void {
  const group = program.command('secrets').description('secrets that options refer to as secret:NAME');
  withOutput(group.command('list'))
    .description('list the names of secrets and the servers that use them')
    .action(async (options: { output?: string }) => {
      const secrets = await withBerth(io, (berth) => berth.call('secrets.list'));
      await print(io, formatOf(options), secrets, (all, { wide }) =>
        all.length === 0
          ? 'There are no secrets.'
          : table(
              all,
              [
                { head: 'NAME', text: ({ name }) => name },
                { head: 'USED BY', text: ({ usedBy }) => usedBy.join(',') },
              ],
              wide,
            ),
      );
    });
  withOutput(group.command('set <name>'))
    .description('keep a secret; its value is asked for, or read from stdin')
    .action(async (name: string, options: { output?: string }) => {
      await withBerth(io, async (berth) => {
        const value = await readSecret(io, `Value of ${name}: `);
        await berth.call('secrets.set', { name, value });
        const { keychain } = await berth.call('app.status');
        say(io, `${name} is kept. Options refer to it as secret:${name}.`);
        if (keychain.state === 'unavailable') {
          say(io, `Only until Berth ends, since there is no keychain: ${keychain.reason ?? 'unknown reason'}`);
        }
      });
      await print(io, formatOf(options), { name }, () => '');
    });
  withOutput(group.command('rm <name>'))
    .description('forget a secret')
    .action(async (name: string, options: { output?: string }) => {
      await withBerth(io, (berth) => berth.call('secrets.remove', { name }));
      await print(io, formatOf(options), { name, removed: true }, () => '');
      say(io, `${name} is forgotten.`);
    });
}
