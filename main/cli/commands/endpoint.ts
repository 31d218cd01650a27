import { type Command, Option } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import type { RpcClient } from '../../../contract/rpc-client.ts';
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
    .option('--as <format>', 'as text to paste: json, curl, claude-cli, or the id of a client such as codex')
    .addOption(new Option('--via <way>', 'of --as: by URL with a token, or over the bridge').choices(['url', 'bridge']))
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
        if (options.as !== undefined) return await printSnippet(io, berth, slug, options.as, options);
        if (options.via !== undefined) throw new BerthError('invalid-argument', '--via goes with --as.');
        const endpoint = await berth.call('endpoint.mint', { slug, name: options.client });
        await print(io, format, endpoint, ({ url, headers }) =>
          [url, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\n'),
        );
        say(io, `The token is shown only now. End it with \`berth endpoint --revoke ${options.client}\`.`);
      });
    });
}

/** The text alone on stdout, so that it can go into a file. */
async function printSnippet(
  io: CommandKit['io'],
  berth: RpcClient,
  slug: string,
  format: string,
  { client: name, via, output }: EndpointOptions,
): Promise<void> {
  const snippet = await berth.call('endpoint.snippet', { slug, format, name, via });
  await print(io, formatOf({ ...(output === undefined ? {} : { output }) }), snippet, ({ text }) => text.trimEnd());
  if (snippet.file !== null) say(io, `It belongs into ${snippet.file}.`);
  if (snippet.secret) say(io, `It holds a token, shown only now. End it with \`berth endpoint --revoke ${name}\`.`);
}

interface EndpointOptions {
  as?: string;
  via?: 'url' | 'bridge';
  output?: string;
  client: string;
  revoke?: string;
  list: boolean;
}
