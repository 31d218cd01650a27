import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { readPlainYaml } from './plain-yaml.ts';

/** The fields of one cluster, user or context as they stand in the file; unknown ones are kept. */
export type Fields = Readonly<Record<string, unknown>>;

/** A named entry and the file that it stands in. Paths in `fields` are absolute. */
export interface KubeEntry {
  readonly name: string;
  readonly file: string;
  readonly fields: Fields;
}

/** One kubeconfig file, or several merged into one. */
export interface Kubeconfig {
  readonly currentContext: string | null;
  readonly contexts: ReadonlyMap<string, KubeEntry>;
  readonly clusters: ReadonlyMap<string, KubeEntry>;
  readonly users: ReadonlyMap<string, KubeEntry>;
}

export const emptyKubeconfig: Kubeconfig = {
  currentContext: null,
  contexts: new Map(),
  clusters: new Map(),
  users: new Map(),
};

/** Fields that kubectl wants to be text; a number or a boolean there is an error for it, and so it is for us. */
const textFields = {
  cluster: ['server', 'tls-server-name', 'certificate-authority', 'certificate-authority-data', 'proxy-url'],
  user: [
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
    'token',
    'tokenFile',
    'as',
    'username',
    'password',
  ],
  context: ['cluster', 'user', 'namespace'],
} as const;

/** Relative paths in these are relative to the kubeconfig file (client-go `ResolveLocalPaths`). */
const pathFields: Readonly<Record<EntryKind, readonly string[]>> = {
  cluster: ['certificate-authority'],
  user: ['client-certificate', 'client-key', 'tokenFile'],
  context: [],
};

type EntryKind = keyof typeof textFields;

/** What is wrong at that place of the document, counted from its root. */
export type Fail = (path: readonly (string | number)[], message: string) => never;

/**
 * Reads the text of one kubeconfig (YAML or JSON) under kubectl's rules: names are unique in a list, strings are strings,
 * relative paths count from the file's folder. Rejects with `invalid-config` with line and column.
 */
export async function parseKubeconfig(text: string, file: string): Promise<Kubeconfig> {
  const quick = parseQuickly(text, file);
  if (quick) return quick;
  // Loading a full YAML parser takes longer than reading what programs write.
  const { parseCarefully } = await import('./careful-kubeconfig.ts');
  return parseCarefully(text, file);
}

/** What programs write, in a fraction of the time; null for all else, and where anything is wrong, since no place can be told here. */
function parseQuickly(text: string, file: string): Kubeconfig | null {
  const root = readJson(text) ?? readPlainYaml(text);
  if (root === undefined) return null;
  try {
    return kubeconfigOf(root, file, () => {
      throw needsCare;
    });
  } catch (error) {
    if (error === needsCare) return null;
    throw error;
  }
}

const needsCare = Symbol('needs care');

function readJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a parsed kubeconfig says. */
export function kubeconfigOf(root: unknown, file: string, fail: Fail): Kubeconfig {
  if (root === null || root === undefined) return emptyKubeconfig;
  if (!isFields(root)) return fail([], 'it is not a map of clusters, users and contexts');
  const kind = root['kind'];
  if (kind !== undefined && kind !== null && kind !== 'Config') {
    return fail(['kind'], `its kind is ${JSON.stringify(kind)}, not "Config"`);
  }
  const version = root['apiVersion'];
  if (version !== undefined && version !== null && version !== 'v1') {
    return fail(['apiVersion'], `its apiVersion is ${JSON.stringify(version)}, not "v1"`);
  }
  const current = root['current-context'];
  if (current !== undefined && current !== null && typeof current !== 'string') {
    return fail(['current-context'], '"current-context" is not text; put it in quotes');
  }
  const list = (key: string, entryKind: EntryKind) => readEntries(root[key], key, entryKind, file, fail);
  return {
    currentContext: current || null,
    contexts: list('contexts', 'context'),
    clusters: list('clusters', 'cluster'),
    users: list('users', 'user'),
  };
}

/** Whether text that may not even parse was meant to be a kubeconfig, so that a folder's other files can be passed over. */
export function looksLikeKubeconfig(text: string): boolean {
  const has = (key: string, value = '') =>
    new RegExp(
      `^["']?${key}["']?\\s*:${value}|^\\s*[{,]?\\s*"${key}"\\s*:${value}|[{,]\\s*"${key}"\\s*:${value}`,
      'm',
    ).test(text);
  // Others use the kind "Config" too (skaffold, kustomize), under versions of their own.
  if (has('apiVersion') && !has('apiVersion', `\\s*["']?v1["']?\\s*([,}#]|$)`)) return false;
  if (has('kind')) return has('kind', `\\s*["']?Config["']?\\s*([,}#]|$)`);
  return ['clusters', 'contexts', 'users', 'current-context'].filter((key) => has(key)).length >= 2;
}

/** Kubectl's rule: for every cluster, user, context the first file that has it wins whole; so does the first current-context. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  const firstWins = (pick: (file: Kubeconfig) => ReadonlyMap<string, KubeEntry>) => {
    const merged = new Map<string, KubeEntry>();
    for (const file of files) {
      for (const [name, entry] of pick(file)) if (!merged.has(name)) merged.set(name, entry);
    }
    return merged;
  };
  return {
    currentContext: files.find((file) => file.currentContext !== null)?.currentContext ?? null,
    contexts: firstWins((file) => file.contexts),
    clusters: firstWins((file) => file.clusters),
    users: firstWins((file) => file.users),
  };
}

/** A field that is text and not empty; kubectl treats an empty one like an absent one. */
export function textOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A field that is a map. */
export function fieldsOf(fields: Fields, name: string): Fields | null {
  const value = fields[name];
  return isFields(value) ? value : null;
}

function readEntries(
  value: unknown,
  key: string,
  kind: EntryKind,
  file: string,
  fail: Fail,
): ReadonlyMap<string, KubeEntry> {
  const entries = new Map<string, KubeEntry>();
  if (value === undefined || value === null) return entries;
  if (!Array.isArray(value)) return fail([key], `"${key}" is not a list`);
  for (const [index, item] of (value as unknown[]).entries()) {
    const path = [key, index];
    if (!isFields(item)) return fail(path, `an entry of "${key}" is not a map`);
    const name = item['name'];
    if (typeof name !== 'string' || name === '') {
      return fail(name === undefined ? path : [...path, 'name'], `an entry of "${key}" has no name that is text`);
    }
    if (entries.has(name)) return fail(path, `"${name}" stands twice in "${key}"`);
    const fields = item[kind] ?? {};
    if (!isFields(fields)) return fail([...path, kind], `"${kind}" of "${name}" is not a map`);
    for (const field of textFields[kind]) {
      const text = fields[field];
      if (text !== undefined && text !== null && typeof text !== 'string') {
        return fail([...path, kind, field], `"${field}" of ${kind} "${name}" is not text; put it in quotes`);
      }
    }
    entries.set(name, { name, file, fields: withAbsolutePaths(fields, kind, dirname(file)) });
  }
  return entries;
}

function withAbsolutePaths(fields: Fields, kind: EntryKind, folder: string): Fields {
  const copy: Record<string, unknown> = { ...fields };
  for (const field of pathFields[kind]) {
    const path = textOf(fields, field);
    if (path !== null && !isAbsolute(path)) copy[field] = resolve(folder, path);
  }
  const exec = kind === 'user' ? fieldsOf(fields, 'exec') : null;
  const command = exec && textOf(exec, 'command');
  // A bare name is looked up in PATH; only what has a separator is a path (client-go does the same).
  if (exec && command && (command.includes('/') || command.includes(sep)) && !isAbsolute(command)) {
    copy['exec'] = { ...exec, command: resolve(folder, command) };
  }
  return copy;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
