import type { ForeignEntry } from './foreign-entry.ts';

/** Where in an entry a secret stands, and its value. Never leaves the core. */
export interface SecretPlace {
  /** For people: `header Authorization`, `variable API_TOKEN`, `argument --token`, `URL`. */
  readonly where: string;
  readonly kind: 'header' | 'variable' | 'argument' | 'url';
  /** Name of the header, variable, flag or parameter. */
  readonly name: string;
  readonly value: string;
}

/** Stands for a secret wherever an entry is shown. */
const HIDDEN = '…';

const SECRET_NAME =
  /(^|[-_.]|[a-z](?=[A-Z]))(token|secret|password|passwd|passphrase|pwd|api[-_]?key|apikey|private[-_]?key|access[-_]?key|secret[-_]?key|credentials?)$/i;
/** Names that say it only of a value that looks like chance. */
const MAYBE_SECRET_NAME = /(^|[-_.])(key|pat|auth)$/i;
/** Files and switches about secrets are none. */
const NOT_SECRET_NAME = /(file|path|dir|folder|mode|url|expir\w*|ttl|timeout)$/i;
const SECRET_HEADER = /authorization|cookie|token|secret|password|api-?key/i;
const SECRET_PARAMETER = /(token|secret|password|passwd|pwd|key|sig|signature|credentials?|code|auth)$/i;

/** Values that are a secret whatever they are called: JWTs, OpenShift's and vendors' prefixes, private keys. */
const KNOWN_SHAPES = [
  /^eyJ[A-Za-z0-9_-]{5,}/,
  /^sha256~[A-Za-z0-9_-]{8,}/,
  /^(gh[pousr]_|github_pat_|glpat-|sk-|xox[abprs]-|AKIA|hf_|npm_|dop_v1_|k8s-aws-v1\.)[A-Za-z0-9_.-]{8,}/,
  /^-----BEGIN [A-Z ]*PRIVATE KEY/,
];

/** Tokens of a known kind anywhere in a text. */
export const knownSecrets =
  /\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)*|sha256~[A-Za-z0-9_-]{8,}|\b(gh[pousr]_|github_pat_|glpat-|xox[abprs]-)[A-Za-z0-9_-]{16,}/g;

/** What the client fills in itself (`${env:X}`, `${input:x}`, `$X`, `{env:X}`), and what stands for something to be filled in. */
export function isReference(value: string): boolean {
  return /^(Bearer |Basic |Token )?(\$\{\{?[^}]*\}\}?|\$[A-Za-z_]\w*|\{env:[^}]*\}|%\w+%)$/i.test(value.trim());
}

/** Whether a value looks like a secret by itself, with an authorization scheme or without. */
export function looksSecret(value: string): boolean {
  const bare = withoutScheme(value);
  return KNOWN_SHAPES.some((shape) => shape.test(bare));
}

/** Whether a flag, variable or parameter of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NOT_SECRET_NAME.test(name);
}

function isSecret(name: string, value: string): boolean {
  return isSecretName(name) || looksSecret(value) || (MAYBE_SECRET_NAME.test(name) && isRandom(value));
}

/** `Bearer `, `Basic ` or `Token ` at the beginning of a header's value; empty without one. */
export function schemeOf(value: string): string {
  return /^(Bearer|Basic|Token) +/i.exec(value)?.[0] ?? '';
}

export function withoutScheme(value: string): string {
  return value.slice(schemeOf(value).length);
}

/** Every secret that stands in an entry as it is. References to variables of the client are none. */
export function secretsIn(entry: ForeignEntry): SecretPlace[] {
  return [
    ...Object.entries(entry.headers)
      .filter(([name, value]) => isValue(value) && (SECRET_HEADER.test(name) || looksSecret(value)))
      .map(([name, value]): SecretPlace => ({ where: `header ${name}`, kind: 'header', name, value })),
    ...Object.entries(entry.env)
      .filter(([name, value]) => isValue(value) && isSecret(name, value))
      .map(([name, value]): SecretPlace => ({ where: `variable ${name}`, kind: 'variable', name, value })),
    ...secretArguments(entry.args),
    ...(entry.url === null ? [] : secretsInUrl(entry.url)),
  ];
}

/** The arguments with their secrets as `…`. */
export function shownArguments(args: readonly string[]): string[] {
  const places = secretArguments(args).toSorted((one, other) => other.value.length - one.value.length);
  return args.map((arg) => {
    const hidden = places.reduce((text, { value }) => withoutValue(text, value), arg);
    return /^https?:\/\//.test(hidden) ? shownUrl(hidden) : hidden;
  });
}

/** Short values may be part of anything, so only a whole argument or the end of one is taken for them. */
function withoutValue(text: string, value: string): string {
  if (value.length >= 6) return text.split(value).join(HIDDEN);
  return text === value || text.endsWith(`=${value}`) ? text.slice(0, -value.length) + HIDDEN : text;
}

/** The URL without login and with the values of secret parameters as `…`; `…` alone for one that does not parse. */
export function shownUrl(text: string): string {
  const secrets = secretsInUrl(text);
  if (!URL.canParse(text)) return /[@?]/.test(text) ? HIDDEN : text;
  if (secrets.length === 0) return text;
  const url = new URL(text);
  const parameters = [...url.searchParams].map(([name, value]) => {
    const secret = secrets.some((place) => place.name === name && place.value === value);
    return `${encodeURIComponent(name)}=${secret ? HIDDEN : encodeURIComponent(value)}`;
  });
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  const login = url.username || url.password ? `${HIDDEN}@` : '';
  return `${url.protocol}//${login}${url.host}${url.pathname}${query}`;
}

function secretArguments(args: readonly string[]): SecretPlace[] {
  const found: SecretPlace[] = [];
  const add = (name: string, value: string) => found.push({ where: `argument ${name}`, kind: 'argument', name, value });
  args.forEach((arg, index) => {
    const [, flag = '', joined] = /^(--?[A-Za-z][\w.-]*)=(.*)$/s.exec(arg) ?? [];
    const header = /^([A-Za-z][A-Za-z-]*): ?(.+)$/s.exec(arg);
    const variable = /^([A-Z_][A-Z0-9_]*)=(.+)$/s.exec(arg);
    const before = args[index - 1] ?? '';
    if (joined !== undefined) {
      if (isValue(joined) && (isSecretFlag(flag) || looksSecret(joined))) add(flag, joined);
    } else if (isSecretFlag(before) && !before.includes('=') && !arg.startsWith('-')) {
      if (isValue(arg)) add(before, arg);
    } else if (/\s/.test(arg) && !header) {
      // A whole command line for a shell.
      found.push(...secretArguments(arg.split(/[\s'"]+/)));
    } else if (header?.[1] !== undefined && header[2] !== undefined && SECRET_HEADER.test(header[1])) {
      if (isValue(header[2])) add(header[1], header[2]);
    } else if (variable?.[1] !== undefined && variable[2] !== undefined) {
      if (isValue(variable[2]) && isSecret(variable[1], variable[2])) add(variable[1], variable[2]);
    } else if (looksSecret(arg)) {
      add(before.startsWith('-') ? before : `number ${index + 1}`, arg);
    } else if (/^https?:\/\//.test(arg)) {
      for (const { name, value } of secretsInUrl(arg)) add(name, value);
    }
  });
  return found;
}

function isSecretFlag(flag: string): boolean {
  return /^--?[A-Za-z]/.test(flag) && isSecretName(flag.replace(/^--?/, ''));
}

function secretsInUrl(text: string): SecretPlace[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const password = url.password || url.username;
  return [
    ...(password ? [{ where: 'URL', kind: 'url' as const, name: 'login', value: decodeURIComponent(password) }] : []),
    ...[...url.searchParams]
      .filter(([name, value]) => isValue(value) && (SECRET_PARAMETER.test(name) || looksSecret(value)))
      .map(([name, value]) => ({ where: `URL parameter ${name}`, kind: 'url' as const, name, value })),
  ];
}

function isValue(value: string): boolean {
  return (
    withoutScheme(value).trim() !== '' && !isReference(value) && !/^<[^<>]*>$|^[x.…*]+$/i.test(withoutScheme(value))
  );
}

/** Long, without the shape of a path, URL, list or number, and of about as many different characters as chance would give. */
function isRandom(value: string): boolean {
  if (value.length < 20 || !/^[A-Za-z0-9+_=-]+$/.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value))
    return false;
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const bits = [...counts.values()].reduce(
    (sum, count) => sum - (count / value.length) * Math.log2(count / value.length),
    0,
  );
  return bits >= 3.5;
}
