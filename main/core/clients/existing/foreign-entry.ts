import type { Transport } from '../../../../contract/model/server.ts';
import { isRecord } from '../text/same-value.ts';
import { fallsInto, type Pitfall } from './pitfall.ts';

/** A server of somebody else's in a client's file, whatever the client's shape. Holds the real values: it never leaves the core. */
export interface ForeignEntry {
  readonly name: string;
  /** Null when neither a command nor a URL was found in it. */
  readonly transport: Transport | null;
  readonly command: string | null;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  readonly disabled: boolean;
  /** As it stands in the file. */
  readonly raw: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const COMMANDS = ['command', 'cmd'];
const URLS = ['url', 'httpUrl', 'serverUrl', 'uri'];
const ENVIRONMENTS = ['env', 'environment', 'envs'];
const HEADERS = ['headers', 'http_headers'];

/**
 * Reads an entry in any of the shapes that the known clients have (clients' rows say what they write; users write what they copied):
 * a command as text with arguments, as one list, or as an object with a path; a URL under one of its four names. What it cannot make
 * sense of has the transport null.
 */
export function foreignEntry(name: string, raw: unknown, pitfalls: readonly Pitfall[] = []): ForeignEntry {
  const fields = isRecord(raw) ? raw : {};
  const inner = COMMANDS.map((key) => fields[key]).find(isRecord) ?? {};
  const [command = null, ...args] = commandLine(fields, inner);
  const url = command === null ? (URLS.map((key) => fields[key]).find(isText) ?? null) : null;
  const meant = pitfalls.find((pitfall) => pitfall.transport !== undefined && fallsInto(pitfall, raw))?.transport;
  return {
    name,
    transport: transportOf(fields, command, url, meant),
    command,
    args,
    env: { ...textsIn(inner, ENVIRONMENTS), ...textsIn(fields, ENVIRONMENTS) },
    url,
    headers: headersOf(fields),
    cwd: [fields['cwd'], fields['working_directory']].find(isText) ?? null,
    disabled: fields['disabled'] === true || fields['enabled'] === false,
    raw,
  };
}

function commandLine(fields: Fields, inner: Fields): string[] {
  const given =
    COMMANDS.map((key) => fields[key]).find((value) => isText(value) || Array.isArray(value)) ?? inner['path'];
  if (Array.isArray(given)) return given.map(String);
  if (!isText(given)) return [];
  const args = fields['args'] ?? inner['args'];
  return [given, ...(Array.isArray(args) ? args.map(String) : [])];
}

function transportOf(
  fields: Fields,
  command: string | null,
  url: string | null,
  meant: Transport | undefined,
): Transport | null {
  if (command !== null) return 'stdio';
  if (url === null) return null;
  if (meant !== undefined) return meant;
  const type = [fields['type'], fields['transport']]
    .find(isText)
    ?.toLowerCase()
    .replace(/[^a-z]/g, '');
  if (type === 'sse') return 'sse';
  if (type === 'http' || type === 'streamablehttp') return 'http';
  return /\/sse\/?(\?|#|$)/.test(url) ? 'sse' : 'http';
}

function headersOf(fields: Fields): Record<string, string> {
  const options = fields['requestOptions'];
  const bearer = fields['bearer_token'];
  return {
    ...(isRecord(options) ? textsIn(options, HEADERS) : {}),
    ...textsIn(fields, HEADERS),
    ...(isText(bearer) ? { Authorization: `Bearer ${bearer}` } : {}),
  };
}

/** The values of the first of these fields that is an object; numbers and switches as text, since that is what they become. */
function textsIn(fields: Fields, keys: readonly string[]): Record<string, string> {
  const map = keys.map((key) => fields[key]).find(isRecord) ?? {};
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
    ),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
