/** Settings of npm by key; a key with `[]` holds several values. */
export type NpmSettings = Readonly<Record<string, string | readonly string[]>>;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the text of an `.npmrc`: `key = value` lines, `;` and `#` comments, values in quotes, `key[] = value` for several.
 * `${NAME}` becomes the variable's value and `${NAME?}` an empty text where there is none; an unknown `${NAME}` stays as it
 * is, as with npm. https://docs.npmjs.com/cli/configuring-npm/npmrc
 */
export function parseNpmrc(text: string, env: Env): NpmSettings {
  const settings: Record<string, string | string[]> = {};
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = expand(unquote((equals === -1 ? line : line.slice(0, equals)).trim()), env);
    // A key alone stands for true.
    const value = equals === -1 ? 'true' : expand(unquote(withoutComment(line.slice(equals + 1).trim())), env);
    if (name.endsWith('[]')) {
      const key = name.slice(0, -2);
      const before = settings[key];
      settings[key] = [...(Array.isArray(before) ? before : before === undefined ? [] : [before]), value];
    } else settings[name] = value;
  }
  return settings;
}

/**
 * Settings that stand in the environment: `npm_config_strict_ssl` in any case is `strict-ssl`. Keys that begin with `//` or
 * with `@` keep their underscores, as with npm.
 */
export function npmSettingsOfEnvironment(env: Env): NpmSettings {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!/^npm_config_/i.test(name) || value === undefined || value === '') continue;
    const key = name.slice('npm_config_'.length);
    const plain = key.startsWith('//') || key.startsWith('@');
    // The first letter's underscore belongs to the name: `_auth`.
    settings[plain ? key : key.toLowerCase().replace(/(?!^)_/g, '-')] = value;
  }
  return settings;
}

function expand(text: string, env: Env): string {
  return text.replace(/(\\*)\$\{([^${}?]+)(\?)?\}/g, (whole, escapes: string, name: string, optional?: string) => {
    if (escapes.length % 2 === 1) return whole.slice(1);
    return `${escapes}${env[name] ?? (optional === undefined ? `\${${name}}` : '')}`;
  });
}

/** The part before a comment; in quotes, `;` and `#` are letters like any other. */
function withoutComment(value: string): string {
  if (value.startsWith('"') || value.startsWith("'")) return value;
  for (let index = 0; index < value.length; index += 1) {
    const letter = value[index];
    if ((letter === ';' || letter === '#') && value[index - 1] !== '\\') return value.slice(0, index).trim();
  }
  return value.replace(/\\([;#\\])/g, '$1');
}

function unquote(value: string): string {
  const quote = value[0];
  if (value.length < 2 || (quote !== '"' && quote !== "'") || !value.endsWith(quote)) return value;
  const inner = value.slice(1, -1);
  if (quote === "'") return inner;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : inner;
  } catch {
    return inner;
  }
}
