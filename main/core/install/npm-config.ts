import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import { chosenProxy } from '../network/agent-for.ts';
import { trustedCertificates } from '../network/trusted-certificates.ts';
import { findExecutable } from '../shell-env/find-executable.ts';
import { type NpmSettings, npmSettingsOfEnvironment, parseNpmrc } from './npmrc.ts';

type Env = Readonly<Record<string, string>>;

const DEFAULT_REGISTRY = 'https://registry.npmjs.org/';

/** How the user's npm reaches its registries: where they are, who the user is there, and what stands between. */
export interface NpmConfig {
  /** Base URL of the registry that serves this package, ending in `/`. Throws `invalid-config` when it is no URL. */
  registryOf(packageName: string): URL;
  /** Value of `Authorization` for this URL; null for none. It holds only for hosts and paths that the user named. Never log it. */
  authorizationFor(url: URL): string | null;
  /** Variables that decide by which way a URL is reached: the environment's proxies, in which npm's own settings count more. */
  proxyEnvironment(url: URL): Env;
  /** PEM certificates to trust: those of Berth's other connections, and npm's `cafile` and `ca`. */
  readonly authorities: readonly string[];
  /** False: the user told npm not to check certificates (`strict-ssl=false`). */
  readonly strictTls: boolean;
}

/**
 * Reads what npm would read outside of a project: the environment's `npm_config_*`, then `~/.npmrc`, then npm's global file.
 * Rejects with `invalid-config` when a certificate file that it names cannot be read.
 */
export async function loadNpmConfig(env: Env, platform: NodeJS.Platform = process.platform): Promise<NpmConfig> {
  const fromEnvironment = npmSettingsOfEnvironment(env);
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  const userFile = text(fromEnvironment, 'userconfig') ?? join(home, '.npmrc');
  const user = await readNpmrc(userFile, env);
  const globalFile =
    text(fromEnvironment, 'globalconfig') ??
    text(user, 'globalconfig') ??
    (await globalNpmrc(text(fromEnvironment, 'prefix') ?? text(user, 'prefix'), env, platform));
  const global = globalFile === null ? {} : await readNpmrc(globalFile, env);
  const settings = { ...global, ...user, ...fromEnvironment };
  const cafile = text(settings, 'cafile');
  return npmConfig(settings, env, (await trustedCertificates(env, cafile === null ? [] : [cafile])).ca);
}

/** The same from settings that have been read. Pure. */
export function npmConfig(settings: NpmSettings, env: Env, trusted: readonly string[] = []): NpmConfig {
  const registry = text(settings, 'registry') ?? DEFAULT_REGISTRY;
  const ca = settings['ca'];
  const inline = (typeof ca === 'string' ? [ca] : (ca ?? [])).filter((pem) => pem.includes('BEGIN'));
  const authorities = inline.length === 0 ? trusted : [...trusted, ...inline.map((pem) => pem.replaceAll('\\n', '\n'))];
  return {
    registryOf: (name) => {
      const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : null;
      return registryUrl((scope && text(settings, `${scope}:registry`)) || registry);
    },
    authorizationFor: (url) => authorizationFor(url, settings, registry),
    proxyEnvironment: (url) => proxyEnvironment(url, settings, env),
    authorities,
    strictTls: text(settings, 'strict-ssl') !== 'false',
  };
}

function registryUrl(address: string): URL {
  const base = address.endsWith('/') ? address : `${address}/`;
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new BerthError('invalid-config', `The registry of your npm configuration is no URL: ${address}.`, {
    hint: 'Correct it with `npm config set registry https://…`.',
  });
}

/** Credentials are kept by host and path, `//host:port/path/`; the longest path that the URL begins with counts. */
function authorizationFor(url: URL, settings: NpmSettings, registry: string): string | null {
  const parts = url.pathname.split('/').slice(1, -1);
  for (let count = parts.length; count >= 0; count -= 1) {
    const place = `//${url.host}/${parts
      .slice(0, count)
      .map((part) => `${part}/`)
      .join('')}`;
    // npm writes the keys with and without the last slash.
    for (const base of [place, place.slice(0, -1)]) {
      const found = credentialsOf((key) => text(settings, `${base}:${key}`));
      if (found !== null) return found;
    }
  }
  // Credentials of old files, that name no host, are those of the default registry.
  const own = URL.canParse(registry) ? new URL(registry) : null;
  return own?.origin === url.origin ? credentialsOf((key) => (key.startsWith('_') ? text(settings, key) : null)) : null;
}

function credentialsOf(value: (key: string) => string | null): string | null {
  const token = value('_authToken');
  if (token) return `Bearer ${token}`;
  const basic = value('_auth');
  if (basic) return `Basic ${basic}`;
  const user = value('username');
  const password = value('_password');
  if (!user || !password) return null;
  return `Basic ${Buffer.from(`${user}:${Buffer.from(password, 'base64').toString()}`).toString('base64')}`;
}

const proxyNames = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

function proxyEnvironment(url: URL, settings: NpmSettings, env: Env): Env {
  const first = (...keys: string[]) => keys.map((key) => text(settings, key)).find((value) => value !== null);
  const proxy = url.protocol === 'https:' ? first('https-proxy', 'proxy') : first('proxy', 'https-proxy');
  const exceptions = first('noproxy');
  const others =
    proxy === undefined ? env : Object.fromEntries(Object.entries(env).filter(([name]) => !proxyNames.includes(name)));
  return {
    ...others,
    ...(proxy === undefined || proxy === 'false' ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy }),
    ...(exceptions === undefined ? {} : { NO_PROXY: exceptions }),
  };
}

/** The proxy before a URL as it may be shown, without its password; null for none. */
export function shownProxy(config: NpmConfig, url: URL): string | null {
  return chosenProxy(url, config.proxyEnvironment(url))?.url.host ?? null;
}

/** npm's global file lies beside its programs; on Windows in its folder of programs. */
async function globalNpmrc(prefix: string | null, env: Env, platform: NodeJS.Platform): Promise<string | null> {
  if (prefix !== null) return join(prefix, 'etc', 'npmrc');
  if (platform === 'win32') return env['APPDATA'] ? join(env['APPDATA'], 'npm', 'etc', 'npmrc') : null;
  const node = await findExecutable('node', env, platform);
  return node === null ? null : join(dirname(dirname(node)), 'etc', 'npmrc');
}

async function readNpmrc(file: string, env: Env): Promise<NpmSettings> {
  // One that is missing or may not be read says nothing, as with npm.
  return parseNpmrc(await readFile(file, 'utf8').catch(() => ''), env);
}

/** A single value; npm takes `null` and an empty text for not set. */
function text(settings: NpmSettings, key: string): string | null {
  const value = settings[key];
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : null;
}
