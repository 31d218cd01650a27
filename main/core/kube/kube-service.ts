import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { BerthError } from '../../../contract/errors.ts';
import type { KubeSource } from '../../../contract/model/context.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter, type Event } from '../emitter.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import { findExecutable } from '../shell-env/find-executable.ts';
import { serverEnvironment } from '../shell-env/server-environment.ts';
import { describeContexts, type KubeContextInfo, type ResolvedContext, type UnnamedContext } from './context-info.ts';
import { contextRefs, nearNames, qualifiedRef } from './context-refs.ts';
import { CredentialCache } from './credential-cache.ts';
import { concurrentFiles, type FileAccess, immediateFiles } from './file-access.ts';
import { isKubectls, KubeSourceReader, type LoadedSource, planSources } from './kube-sources.ts';
import { type Kubeconfig, mergeKubeconfigs } from './kubeconfig-file.ts';
import { type PrivateKubeconfig, writePrivateKubeconfig } from './private-kubeconfig.ts';
import { buildSingleContext, type SingleContext } from './single-context.ts';

export interface KubeServiceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Files and folders that the user added; asked anew at each refresh. */
  readonly addedPaths: () => readonly string[];
  /** Environment of the user's login shell: where exec plugins are found and what they run with. */
  readonly loginEnv: () => Promise<Record<string, string>>;
  /** Variables that the user gives to all servers; default: none. */
  readonly addedEnv?: () => Readonly<Record<string, string>>;
  /** True for who reads once and waits for that: no edit is noticed. */
  readonly once?: boolean;
  readonly timing?: PathWatchTiming;
}

export interface KubeSnapshot {
  readonly contexts: readonly KubeContextInfo[];
  readonly sources: readonly KubeSource[];
}

/** A single-context kubeconfig on disk and what is to be known about it. */
export interface WrittenContext extends PrivateKubeconfig {
  readonly secrets: string[];
  readonly warnings: string[];
}

/**
 * The contexts of all the user's kubeconfigs, kept up to date. Empty until the first `refresh()`, which also starts watching.
 * Reading never runs a login plugin and never talks to a cluster (D20).
 */
export class KubeService implements Disposable {
  /** What login plugins gave to this process; in memory only. */
  readonly credentials = new CredentialCache();
  readonly #options: KubeServiceOptions;
  readonly #files: FileAccess;
  readonly #reader: KubeSourceReader;
  readonly #changed = new Emitter<void>();
  readonly #watch: PathWatch;
  #demoPath: string | null = null;
  #resolved: readonly ResolvedContext[] = [];
  #sources: readonly KubeSource[] = [];
  #configs: readonly Kubeconfig[] | null = null;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #disposed = false;

  constructor(options: KubeServiceOptions) {
    this.#options = options;
    this.#files = options.once ? immediateFiles : concurrentFiles;
    this.#reader = new KubeSourceReader(this.#files);
    this.#watch = new PathWatch(() => void this.refresh(), options.timing);
  }

  /** Something in a kubeconfig changed: a context, a source's error, or only a credential (see `fingerprint`). */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /**
   * What a server on any context is started with (D13): proxies, certificate variables, what login plugins read, and what the user added. Berth
   * asks clusters and runs login plugins with the same, so that what works here works for servers.
   */
  async serverEnv(): Promise<Record<string, string>> {
    const { loginEnv, addedEnv, platform } = this.#options;
    return serverEnvironment(await loginEnv(), addedEnv?.() ?? {}, platform);
  }

  snapshot(): KubeSnapshot {
    return { contexts: infosOf(this.#resolved), sources: this.#sources };
  }

  /** Ref of kubectl's current-context; null when there is none or it does not exist. */
  get currentContext(): string | null {
    return this.#resolved.find(({ info }) => info.current)?.info.ref ?? null;
  }

  /** Reads everything again. Never rejects for bad files; concurrent calls share a reading that began after they were made. */
  refresh(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#read().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.refresh();
      });
    return this.#next;
  }

  /** Adds the demo clusters' kubeconfig, or takes it away with null; resolves when the contexts are there. */
  async setDemo(kubeconfigPath: string | null): Promise<void> {
    this.#demoPath = kubeconfigPath;
    await this.refresh();
  }

  /** The context of that ref. Throws `not-found`; the hint names what may have been meant. */
  find(ref: string): KubeContextInfo {
    return this.resolve(ref).info;
  }

  /** Like `find`, with the entries that the context refers to. `NAME@SOURCE` is understood also where the name is unique. */
  resolve(ref: string): ResolvedContext {
    const exact =
      this.#resolved.find(({ info }) => info.ref === ref) ??
      this.#resolved.find(({ info }) => qualifiedRef(info.name, info.source) === ref);
    if (exact) return exact;
    const namesakes = this.#resolved.filter(({ info }) => info.name === ref);
    if (namesakes.length === 1 && namesakes[0]) return namesakes[0];
    const sameName = namesakes.map(({ info }) => info.ref);
    if (sameName.length > 0) {
      throw new BerthError('not-found', `Several kubeconfigs have a context "${ref}".`, {
        hint: `Say which: ${sameName.map((name) => `"${name}"`).join(', ')}.`,
        details: { candidates: sameName },
      });
    }
    const known = this.#resolved.map(({ info }) => info.ref);
    const near = nearNames(ref, known);
    throw new BerthError('not-found', `There is no context "${ref}".`, {
      hint:
        near.length > 0
          ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
          : known.length > 0
            ? 'List them with `berth contexts`.'
            : 'No kubeconfig with a context was found. Add one, or start the demo clusters.',
      details: { candidates: near },
    });
  }

  /**
   * Changes whenever the kubeconfig says something else about this context: cluster, credential, namespace. Certificates and tokens in files of
   * their own are not part of it; servers read those themselves. Holds no secret.
   */
  fingerprint(ref: string): string {
    const { context, cluster, user } = this.resolve(ref);
    return createHash('sha256')
      .update(JSON.stringify([context, cluster, user]))
      .digest('hex')
      .slice(0, 16);
  }

  /** A kubeconfig with this context alone, in memory. Throws as `writeSingleContext` does. */
  async singleContext(ref: string, options: { namespace?: string | undefined } = {}): Promise<SingleContext> {
    const resolved = this.resolve(ref);
    return await buildSingleContext(resolved, {
      readText: (path) => readFile(path, 'utf8'),
      findProgram: async (command) => findExecutable(command, await this.#options.loginEnv(), this.#options.platform),
      namespace: options.namespace,
    });
  }

  /**
   * Writes a kubeconfig with this context alone, 0600, into `folder` (made 0700). Throws `not-found`, `invalid-config`, `command-missing`
   * (the exec plugin, with its installHint), `unsupported` (it needs a terminal).
   */
  async writeSingleContext(
    ref: string,
    folder: string,
    options: { namespace?: string | undefined } = {},
  ): Promise<WrittenContext> {
    const { config, secrets, warnings } = await this.singleContext(ref, options);
    return { ...(await writePrivateKubeconfig(config, folder)), secrets, warnings };
  }

  dispose(): void {
    this.#disposed = true;
    this.#watch.dispose();
  }

  /**
   * Apps that were started from a desktop, or by an AI client, lack the variable that the user's shell sets. It is waited for, since
   * a context of the same name in ~/.kube/config may be another cluster.
   */
  async #kubeconfigVariable(): Promise<string | undefined> {
    const own = this.#options.env['KUBECONFIG'];
    return own === undefined ? (await this.#options.loginEnv())['KUBECONFIG'] : own;
  }

  async #read(): Promise<void> {
    if (this.#disposed) return;
    const { home, platform } = this.#options;
    const plans = planSources({
      env: { KUBECONFIG: await this.#kubeconfigVariable() },
      home,
      platform,
      addedPaths: this.#options.addedPaths(),
      demoPath: this.#demoPath,
    });
    // The watch stands before the files are read, so that no change falls between.
    if (!this.#options.once) await this.#watch.set(plans.map((plan) => plan.path));
    const loaded = await withoutRepeats(await this.#reader.readAll(plans), this.#files);
    if (this.#disposed) return;
    const { contexts, sources } = assemble(loaded);
    const refs = contextRefs(contexts.map(({ info }) => info));
    const resolved = contexts.map((context, index) => ({
      ...context,
      info: { ...context.info, ref: refs[index] ?? context.info.name },
    }));
    const configs = loaded.flatMap(configsOf);
    const known = this.#configs;
    const sameFiles = known?.length === configs.length && configs.every((config, index) => config === known[index]);
    // Certificates and tokens in files of their own show in `expiresAt` only.
    if (sameFiles && isDeepStrictEqual([infosOf(resolved), sources], [infosOf(this.#resolved), this.#sources])) return;
    this.#configs = configs;
    this.#resolved = resolved;
    this.#sources = sources;
    this.#changed.fire();
  }
}

function infosOf(resolved: readonly ResolvedContext[]): KubeContextInfo[] {
  return resolved.map(({ info }) => info);
}

function configsOf(source: LoadedSource): Kubeconfig[] {
  return source.files.map((file) => file.config).filter((config) => config !== null);
}

/** A file that an earlier source covers already is listed there: it must not make its own contexts ambiguous. */
async function withoutRepeats(loaded: readonly LoadedSource[], files: FileAccess): Promise<LoadedSource[]> {
  const paths = [...new Set(loaded.flatMap(({ files }) => files.map(({ path }) => path)))];
  const real = new Map(
    await Promise.all(paths.map(async (path) => [path, await files.realpath(path).catch(() => path)] as const)),
  );
  const seen = new Set<string>();
  return loaded.map((source) => {
    const unseen = source.files.filter(({ path }) => {
      const file = real.get(path) ?? path;
      if (!isKubectls(source.plan) && seen.has(file)) return false;
      seen.add(file);
      return true;
    });
    return { ...source, files: unseen };
  });
}

function assemble(loaded: readonly LoadedSource[]): { contexts: UnnamedContext[]; sources: KubeSource[] } {
  const contexts: UnnamedContext[] = [];
  const add = (config: Kubeconfig, source: LoadedSource | undefined) => {
    const demo = source?.origin === 'demo';
    const kubectlsOwn = source === undefined;
    contexts.push(...describeContexts(config, { kubectlsOwn, demo, readText: readSmallText }));
  };
  add(mergeKubeconfigs(loaded.filter((source) => isKubectls(source.plan)).flatMap(configsOf)), undefined);
  for (const source of loaded.filter((source) => !isKubectls(source.plan))) {
    for (const config of configsOf(source)) add(config, source);
  }
  const perFile = new Map<string, number>();
  for (const { context } of contexts) perFile.set(context.file, (perFile.get(context.file) ?? 0) + 1);
  const sources = loaded
    .filter((source) => source.origin !== 'default' || source.files.some((file) => file.config || file.error))
    .map((source) => ({
      path: source.origin === 'demo' ? 'demo' : source.plan.path,
      origin: source.origin,
      contexts: source.files.reduce((sum, file) => sum + (perFile.get(file.path) ?? 0), 0),
      error: source.error,
    }));
  return { contexts, sources };
}

/** Certificates and tokens in files: only to tell when they end, so whatever is odd about them counts as unknown. */
function readSmallText(path: string): string | null {
  try {
    return statSync(path).size <= 256 * 1024 ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}
