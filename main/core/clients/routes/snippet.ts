import { BerthError } from '../../../../contract/errors.ts';
import type { ClientVia } from '../../../../contract/model/client.ts';
import { buildEntry, entryName } from '../entry.ts';
import { type ClientRow, placeIn } from '../registry.ts';
import { configTexts } from '../text/config-texts.ts';
import type { BridgeCommand } from './bridge-entry.ts';
import { bridgeEntry } from './bridge-entry.ts';
import { shownCommand } from './command-line.ts';
import { carriesEnvironment, fillArguments } from './entry-template.ts';

export interface SnippetRequest {
  readonly slug: string;
  readonly format: string;
  /** What the client is called: of the token, and to the bridge. */
  readonly name: string;
  readonly via?: ClientVia | undefined;
}

export interface Snippet {
  readonly text: string;
  readonly via: ClientVia;
  readonly file: string | null;
  readonly secret: boolean;
}

export interface SnippetSources {
  readonly registry: readonly ClientRow[];
  readonly platform: NodeJS.Platform;
  /** The config file of a client; null where nobody knows. */
  readonly fileOf: (row: ClientRow) => Promise<string | null>;
  readonly endpointUrl: (slug: string) => string;
  readonly bridgeCommand: () => BridgeCommand;
  readonly mint: () => Promise<string>;
}

/** Short names for the formats of well-known clients. */
const aliases: Readonly<Record<string, string>> = { toml: 'codex', yaml: 'goose' };

/** What most clients understand that keep their servers in JSON. */
const common: Pick<ClientRow, 'format' | 'key' | 'nameField' | 'entries'> = {
  format: 'json',
  key: ['mcpServers'],
  nameField: null,
  entries: {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the registry's own placeholders look like this
    url: { type: 'http', url: '${url}', headers: { Authorization: 'Bearer ${token}' } },
    stdio: { command: '${command}', args: '${args}', env: '${env}' },
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
  },
};

/**
 * An endpoint as text to paste or to run. Rejects with `not-found` for a format that nobody knows, `unsupported` for a way that the
 * format does not have; then no token was made.
 */
export async function snippetFor(request: SnippetRequest, sources: SnippetSources): Promise<Snippet> {
  requireName(request.name);
  if (request.format === 'curl') return await curlSnippet(request, sources);
  if (request.format === 'claude-cli') return commandSnippet(request, sources);
  return await fileSnippet(request, sources);
}

/** The row's own entry in a file of its own format that holds nothing else. */
async function fileSnippet(request: SnippetRequest, sources: SnippetSources): Promise<Snippet> {
  const row = request.format === 'json' ? null : rowOf(request.format, sources);
  const shape = row ?? common;
  const via = wayOf(request, shape.entries, row?.via ?? 'url', row?.title ?? 'JSON');
  const name = entryName(request.slug);
  const values =
    via === 'url'
      ? { url: sources.endpointUrl(request.slug), token: await sources.mint() }
      : bridgeValues(request, sources);
  const entry = buildEntry({ ...shape } as ClientRow, via, { name, ...values });
  const { text } = configTexts[shape.format].set('', placeIn(shape), name, entry);
  const file = row === null ? null : await sources.fileOf(row);
  return { text: withEnd(text), via, file, secret: via === 'url' };
}

/** Claude Code's command line. It carries the bridge: a token would be in the list of processes and in the shell's history. */
function commandSnippet(request: SnippetRequest, sources: SnippetSources): Snippet {
  const row = rowOf('claude-code', sources);
  const { cli } = row;
  if (cli === undefined) throw unknownFormat(request.format, sources);
  requireBridge(request, 'A token must not stand in a command line.');
  const bridge = sources.bridgeCommand();
  const entry = bridgeEntry({ ...row, id: request.name }, bridge, request.slug);
  if (bridge.env && !carriesEnvironment(cli.add)) throw unknownFormat(request.format, sources);
  const line = shownCommand([cli.program, ...fillArguments(cli.add, entry)], sources.platform);
  return { text: `${line}\n`, via: 'bridge', file: null, secret: false };
}

/** An `initialize` request, to see whether the endpoint answers. The token goes over stdin: a command line is readable for others. */
async function curlSnippet(request: SnippetRequest, sources: SnippetSources): Promise<Snippet> {
  if (request.via === 'bridge') {
    throw new BerthError('unsupported', 'curl cannot speak to the bridge.', { hint: 'Leave --via out.' });
  }
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: request.name, version: '1' } },
  };
  const argv = [
    ...['curl', '--silent', '--show-error', sources.endpointUrl(request.slug)],
    ...['--header', 'Content-Type: application/json', '--header', 'Accept: application/json, text/event-stream'],
    ...['--header', '@-', '--data', JSON.stringify(body)],
  ];
  const token = await sources.mint();
  const text = `${shownCommand(argv, 'linux')} <<'HEADER'\nAuthorization: Bearer ${token}\nHEADER\n`;
  return { text, via: 'url', file: null, secret: true };
}

function bridgeValues({ slug, name }: SnippetRequest, { bridgeCommand }: SnippetSources) {
  const { command, args, env } = bridgeCommand();
  return {
    command,
    args: [...args, 'connect', slug, '--client', name],
    ...(env && Object.keys(env).length > 0 ? { env } : {}),
  };
}

function wayOf(request: SnippetRequest, entries: ClientRow['entries'], own: ClientVia, title: string): ClientVia {
  const via = request.via ?? own;
  if ((via === 'url' ? entries.url : entries.stdio) !== undefined) return via;
  throw new BerthError(
    'unsupported',
    `${title} does not know servers ${via === 'url' ? 'by URL' : 'that it starts'}.`,
    {
      hint: 'Leave --via out to get the other way.',
    },
  );
}

function requireBridge({ via }: SnippetRequest, why: string): void {
  if (via === 'url') throw new BerthError('unsupported', why, { hint: 'Use --via bridge.' });
}

/** The bridge takes this as `--client`. */
function requireName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return;
  throw new BerthError('invalid-argument', `"${name}" is no name for a client here.`, {
    hint: 'Use letters, digits, ".", "_" and "-".',
  });
}

function rowOf(format: string, sources: SnippetSources): ClientRow {
  const id = aliases[format] ?? format;
  const row = sources.registry.find((one) => one.id === id);
  if (row) return row;
  throw unknownFormat(format, sources);
}

function unknownFormat(format: string, { registry }: SnippetSources): BerthError {
  const known = ['json', 'toml', 'yaml', 'claude-cli', 'curl', ...registry.map(({ id }) => id)];
  return new BerthError('not-found', `Berth cannot write an endpoint as "${format}".`, {
    hint: `It can as: ${known.join(', ')}.`,
  });
}

function withEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
