import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { withBerth } from '../session.ts';
import { table } from '../table.ts';
import { ago } from '../time-text.ts';

/** endpoint: URL and header for a client that Berth does not know (D23). */
export function addEndpointCommands(program: Command, { io }: CommandKit): void {
  withOutput(program.command('endpoint [slug]'))
    .description(
      'mint a token and print URL and header to paste into a client; "all" is all servers as one, "metrics" for Prometheus; shown once',
    )
    .option('--client <name>', 'name of the token, to recognise and revoke it by', 'manual')
    .option('--revoke <name>', 'end all tokens of this name instead')
    .option('--list', 'list the names of tokens instead', false)
    .action(async (slug: string | undefined, options: EndpointOptions) => {
      const format = formatOf(options);
      await withBerth(io, async (berth) => {
        if (options.list) {
          const tokens = await berth.call('endpoint.tokens');
          return print(io, format, tokens, (all, { wide, now }) =>
            table(
              all,
              [
                { head: 'NAME', text: ({ name }) => name },
                { head: 'SERVER', text: (token) => token.slug },
                { head: 'CREATED', text: ({ createdAt }) => ago(createdAt, now) },
                { head: 'USED', text: ({ lastUsedAt }) => ago(lastUsedAt, now) },
              ],
              wide,
            ),
          );
        }
        if (options.revoke !== undefined) {
          const { revoke: name } = options;
          const ended = await berth.call('endpoint.revoke', { name });
          if (ended.revoked === 0) throw new BerthError('not-found', `There is no token named "${name}".`);
          return print(io, format, ended, ({ revoked }) => `${revoked} ${revoked === 1 ? 'token' : 'tokens'} ended.`);
        }
        if (slug === undefined) throw new BerthError('invalid-argument', 'Name a server, or use --revoke or --list.');
        const endpoint = await berth.call('endpoint.mint', { slug, name: options.client });
        await print(io, format, endpoint, ({ url, headers }) =>
          [url, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\n'),
        );
        say(io, `The token is shown only now. End it with \`berth endpoint --revoke ${options.client}\`.`);
      });
    });
}

interface EndpointOptions {
  output?: string;
  client: string;
  revoke?: string;
  list: boolean;
}
