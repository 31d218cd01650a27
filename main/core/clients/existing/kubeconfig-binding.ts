import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { ACTIVE_CONTEXT } from '../../../../contract/model/binding.ts';
import type { KubeContextInfo } from '../../kube/context-info.ts';
import { qualifiedRef } from '../../kube/context-refs.ts';
import { parseKubeconfig } from '../../kube/kubeconfig-file.ts';

/** What an entry says about the cluster that its server works on. */
export interface ClusterHint {
  /** KUBECONFIG or `--kubeconfig`: one path, or several as kubectl takes them. */
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** URL of an API server that was given instead of a kubeconfig. */
  readonly server: string | null;
}

export interface Binding {
  /** `active`, a context's reference, or null when only the user can say. */
  readonly context: string | null;
  readonly reason: string;
  /** Kubeconfigs that Berth must read first. */
  readonly adds: readonly string[];
}

export interface KnownClusters {
  readonly contexts: readonly Pick<KubeContextInfo, 'ref' | 'name' | 'source' | 'apiServer'>[];
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** Finds the context that an entry's server has worked on. Reads kubeconfigs, runs nothing and asks no cluster (D20). */
export async function bindingFor(hint: ClusterHint, known: KnownClusters): Promise<Binding> {
  if (hint.server !== null) return byServer(hint.server, known);
  if (hint.kubeconfig !== null) return byFiles(hint.kubeconfig, hint.context, known);
  if (hint.context !== null) return byName(hint.context, known);
  return {
    context: ACTIVE_CONTEXT,
    reason: "It names no cluster, so it used kubectl's current one; in Berth it follows the active context.",
    adds: [],
  };
}

/** The path as the client meant it: `~` and the usual spellings of the home folder are filled in; null where another variable is in it. */
export function plainPath(text: string, home: string): string | null {
  const filled = text
    .replace(/\$\{env:(HOME|USERPROFILE)\}|\$\{(HOME|USERPROFILE|userHome)\}|\$HOME\b|%USERPROFILE%/g, home)
    .replace(/^~(?=$|[\\/])/, home);
  return /[$%]/.test(filled) ? null : filled;
}

async function byFiles(given: string, wanted: string | null, known: KnownClusters): Promise<Binding> {
  const files: string[] = [];
  for (const part of given.split(known.platform === 'win32' ? ';' : ':').filter((one) => one !== '')) {
    const path = plainPath(part, known.home);
    if (path === null) return unclear(`Its kubeconfig is ${part}, which only the client can fill in.`);
    files.push(isAbsolute(path) ? normalize(path) : join(known.home, path));
  }
  const read = await Promise.all(files.map(readContexts));
  const problem = read.find(({ problem }) => problem !== null);
  if (problem?.problem && read.every(({ names }) => names.length === 0)) return unclear(problem.problem);
  const names = read.flatMap((file) => file.names.map((name) => ({ name, file: file.file })));
  const current =
    wanted ?? read.find((file) => file.current !== null)?.current ?? (names.length === 1 ? names[0]?.name : undefined);
  if (current === undefined) return unclear(`${files.join(', ')} has no current context.`);
  const found = names.find(({ name }) => name === current);
  if (found === undefined) return unclear(`There is no context "${current}" in ${files.join(', ')}.`);
  const info = known.contexts.find(({ name, source }) => name === found.name && source === found.file);
  const how = wanted === null ? 'the current context of its kubeconfig' : 'the context that it names';
  if (info) return { context: info.ref, reason: `It is ${how}, ${found.file}.`, adds: [] };
  return {
    context: qualifiedRef(found.name, found.file),
    reason: `It is ${how}, ${found.file}, which Berth will read from now on.`,
    adds: [found.file],
  };
}

function byName(name: string, { contexts }: KnownClusters): Binding {
  const [only, ...others] = contexts.filter((context) => context.name === name);
  if (only === undefined) return unclear(`It names the context "${name}", which no kubeconfig has.`);
  if (others.length > 0) return unclear(`It names the context "${name}", which several kubeconfigs have.`);
  return { context: only.ref, reason: 'It is the context that it names.', adds: [] };
}

function byServer(server: string, { contexts }: KnownClusters): Binding {
  const [only, ...others] = contexts.filter(({ apiServer }) => apiServer !== null && sameUrl(apiServer, server));
  if (only !== undefined && others.length === 0) {
    return {
      context: only.ref,
      reason: `${only.name} leads to the same API server. Its own login is used, not the token of the entry.`,
      adds: [],
    };
  }
  const why = only === undefined ? 'no context leads there' : 'several contexts lead there';
  return unclear(`It was given an API server and a token in place of a kubeconfig, and ${why}.`);
}

function unclear(reason: string): Binding {
  return { context: null, reason, adds: [] };
}

async function readContexts(file: string) {
  try {
    const config = await parseKubeconfig(await readFile(file, 'utf8'), file);
    return { file, names: [...config.contexts.keys()], current: config.currentContext, problem: null };
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = `Its kubeconfig ${file} ${gone ? 'does not exist' : 'cannot be read'}.`;
    return { file, names: [], current: null, problem };
  }
}

function sameUrl(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return one === other;
  const bare = (text: string) => new URL(text).href.replace(/\/$/, '');
  return bare(one) === bare(other);
}
