import type { OptionValue } from '../../../../contract/model/server.ts';
import type { ForeignEntry } from './foreign-entry.ts';
import { plainPath } from './kubeconfig-binding.ts';
import type { SecretMoves } from './secret-moves.ts';
import { isReference, type SecretPlace, schemeOf, secretsIn, shownArguments, withoutScheme } from './secret-values.ts';

/** What the presets `command` and `url` take over from an entry. */
export interface OwnServer {
  readonly options: Record<string, OptionValue>;
  readonly notCarriedOver: { what: string; why: string }[];
}

const FILLED_IN_BY_CLIENT = 'Only the client can fill this in: set it by hand, as a secret if it is one.';

/** Options of the preset `command`. Secrets in variables become references; those in arguments cannot, since arguments can be seen. */
export function commandServer(entry: ForeignEntry, home: string, secrets: SecretMoves): OwnServer {
  const notCarriedOver: { what: string; why: string }[] = [];
  const places = secretsIn(entry);
  const args = withoutSecrets(entry.args, places, (shown, place) => {
    secrets.add(place.where, place.name.replace(/^-+/, ''), withoutScheme(place.value), false);
    notCarriedOver.push({
      what: shown,
      why: 'Every program can see the arguments of others. If the server also reads it from a variable, add that to its environment as secret:NAME.',
    });
  });
  const env = referencesFor(entry.env, 'variable', places, secrets, notCarriedOver);
  const cwd = entry.cwd === null ? null : plainPath(entry.cwd, home);
  const command = plainPath(entry.command ?? '', home) ?? entry.command ?? '';
  return {
    options: {
      command,
      ...(args.length === 0 ? {} : { args: JSON.stringify(args) }),
      ...(Object.keys(env).length === 0 ? {} : { env: JSON.stringify(env) }),
      ...(cwd === null ? {} : { cwd }),
    },
    notCarriedOver,
  };
}

/** Options of the preset `url`; a login in the URL becomes a header. A string instead: why it cannot be docked. */
export function urlServer(entry: ForeignEntry, secrets: SecretMoves): OwnServer | string {
  const text = entry.url ?? '';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    return 'Its URL is none of http or https, so Berth cannot reach it.';
  const places = secretsIn(entry);
  const parameter = places.find(({ kind, name }) => kind === 'url' && name !== 'login');
  if (parameter) {
    return `Its URL holds a secret in the parameter "${parameter.name}". Settings are stored and shown as they are: if the server takes it in a header, write it there first.`;
  }
  const notCarriedOver: { what: string; why: string }[] = [];
  const headers = referencesFor(entry.headers, 'header', places, secrets, notCarriedOver);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['Authorization'] ??=
      `Basic ${secrets.add('login in the URL', 'login', Buffer.from(login).toString('base64'), true)}`;
    url.username = '';
    url.password = '';
  }
  const bare = url.href === new URL(text).href ? text : url.href;
  return {
    options: { url: bare, ...(Object.keys(headers).length === 0 ? {} : { headers: JSON.stringify(headers) }) },
    notCarriedOver,
  };
}

function referencesFor(
  values: Readonly<Record<string, string>>,
  kind: SecretPlace['kind'],
  places: readonly SecretPlace[],
  secrets: SecretMoves,
  notCarriedOver: { what: string; why: string }[],
): Record<string, string> {
  const carried: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (isReference(value) || /\$\{|\{env:/.test(value)) {
      notCarriedOver.push({ what: `${kind} ${name}`, why: FILLED_IN_BY_CLIENT });
    } else if (places.some((place) => place.kind === kind && place.name === name)) {
      carried[name] = schemeOf(value) + secrets.add(`${kind} ${name}`, name, withoutScheme(value), true);
    } else carried[name] = value;
  }
  return carried;
}

/** The arguments without those that hold a secret, and without the flags before them. */
function withoutSecrets(
  args: readonly string[],
  places: readonly SecretPlace[],
  dropped: (shown: string, place: SecretPlace) => void,
): string[] {
  const shown = shownArguments(args);
  const kept: string[] = [];
  args.forEach((arg, index) => {
    const place = places.find(({ kind, value }) => kind === 'argument' && arg.includes(value) && shown[index] !== arg);
    if (place === undefined) {
      kept.push(arg);
      return;
    }
    const flag = arg === place.value && kept.at(-1) === place.name ? kept.pop() : undefined;
    dropped([flag, shown[index]].filter((part) => part !== undefined).join(' '), place);
  });
  return kept;
}
