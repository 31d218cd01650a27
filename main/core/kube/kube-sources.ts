import { dirname, isAbsolute, join, resolve } from 'node:path';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import type { KubeSource } from '../../../contract/model/context.ts';
import type { FileAccess } from './file-access.ts';
import { type Kubeconfig, looksLikeKubeconfig, parseKubeconfig } from './kubeconfig-file.ts';

export type KubeOrigin = KubeSource['origin'];

/** Where kubeconfigs come from before anything was read. Order is precedence. */
export interface SourcePlan {
  readonly origin: KubeOrigin;
  readonly path: string;
  /** Sources with the same group are merged as kubectl merges `KUBECONFIG`; others are worlds of their own. */
  readonly group: string;
}

export interface SourceInputs {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly addedPaths: readonly string[];
  readonly demoPath: string | null;
}

const kubectlGroup = 'kubectl';

/** Whether a source belongs to the group that kubectl itself would read. */
export function isKubectls(plan: SourcePlan): boolean {
  return plan.group === kubectlGroup;
}

/**
 * `KUBECONFIG` replaces `~/.kube/config`, also when it names nothing that exists; a path named twice counts once
 * (client-go `NewDefaultClientConfigLoadingRules`). `~/` is expanded in added paths only, since kubectl does not.
 */
export function planSources(inputs: SourceInputs): SourcePlan[] {
  const variable = inputs.env['KUBECONFIG'] ?? '';
  const named = variable.split(inputs.platform === 'win32' ? ';' : ':').filter((path) => path !== '');
  const kubectls: SourcePlan[] =
    variable === ''
      ? [{ origin: 'default', path: join(inputs.home, '.kube', 'config'), group: kubectlGroup }]
      : unique(named.map((path) => resolve(path))).map((path) => ({
          origin: 'KUBECONFIG',
          path,
          group: kubectlGroup,
        }));
  const added = unique(inputs.addedPaths.map((path) => expandHome(path, inputs.home)))
    .filter((path) => !kubectls.some((plan) => plan.path === path))
    // Whether it is a file or a folder is known when it is read.
    .map((path): SourcePlan => ({ origin: 'added-file', path, group: path }));
  const demo: SourcePlan[] =
    inputs.demoPath === null ? [] : [{ origin: 'demo', path: inputs.demoPath, group: inputs.demoPath }];
  return [...kubectls, ...added, ...demo];
}

/** What was found in one file. `config` is the last good reading when `error` is set and there was one. */
export interface LoadedFile {
  readonly path: string;
  readonly config: Kubeconfig | null;
  readonly error: ErrorInfo | null;
}

export interface LoadedSource {
  readonly plan: SourcePlan;
  readonly origin: KubeOrigin;
  readonly files: readonly LoadedFile[];
  readonly error: ErrorInfo | null;
}

const maximumBytes = 8 * 1024 * 1024;

/** What a file said when it was last understood. */
interface Reading {
  readonly text: string;
  readonly config: Kubeconfig;
}

/**
 * Reads sources and remembers the last good reading of each file for as long as the file is there, so that a half-edited one takes
 * nothing away, and one that did not change is not parsed again: its `config` is the same object then.
 */
export class KubeSourceReader {
  readonly #files: FileAccess;
  readonly #lastGood = new Map<string, Reading>();

  constructor(files: FileAccess) {
    this.#files = files;
  }

  /** Reads all sources anew, at the same time; what was remembered of files that are not there any more is forgotten. */
  async readAll(plans: readonly SourcePlan[]): Promise<LoadedSource[]> {
    const loaded = await Promise.all(plans.map((plan) => this.#read(plan)));
    const kept = new Set(loaded.flatMap(({ files }) => files.filter(({ config }) => config).map(({ path }) => path)));
    for (const path of [...this.#lastGood.keys()]) if (!kept.has(path)) this.#lastGood.delete(path);
    return loaded;
  }

  async #read(plan: SourcePlan): Promise<LoadedSource> {
    if (plan.origin === 'added-file' && (await isFolder(plan.path, this.#files))) return await this.#readFolder(plan);
    const file = await this.#readFile(plan.path);
    // Nobody was promised a ~/.kube/config.
    const error = plan.origin === 'default' && file.error?.code === 'not-found' ? null : file.error;
    return { plan, origin: plan.origin, files: [{ ...file, error }], error };
  }

  async #readFolder(plan: SourcePlan): Promise<LoadedSource> {
    let names: string[];
    try {
      names = (await this.#files.readdir(plan.path)).sort();
    } catch (error) {
      const info = cannotRead(plan.path, error);
      const files = info.code === 'not-found' ? [] : this.#rememberedIn(plan.path);
      return { plan, origin: 'added-folder', files, error: info };
    }
    const read = await Promise.all(names.map((name) => this.#readAmongOthers(join(plan.path, name))));
    const files = read.filter((file) => file !== null);
    return { plan, origin: 'added-folder', files, error: folderError(plan.path, files) };
  }

  #rememberedIn(folder: string): LoadedFile[] {
    return [...this.#lastGood]
      .filter(([path]) => dirname(path) === folder)
      .map(([path, { config }]) => ({ path, config, error: null }));
  }

  /** A file of a folder; null for one that was never meant to be a kubeconfig. */
  async #readAmongOthers(path: string): Promise<LoadedFile | null> {
    if (!(await isFile(path, this.#files))) return null;
    const file = await this.#readFile(path, { amongOthers: true });
    return file.config === null && file.error === null ? null : file;
  }

  /** `amongOthers`: files that were never meant to be kubeconfigs answer neither contexts nor an error. */
  async #readFile(path: string, { amongOthers = false } = {}): Promise<LoadedFile> {
    const known = this.#lastGood.get(path);
    try {
      const text = await readBounded(path, known !== undefined, this.#files);
      // What was a kubeconfig a moment ago is a broken one, not a file of another kind.
      if (amongOthers && !known && !looksLikeKubeconfig(text)) return { path, config: null, error: null };
      if (known?.text === text) return { path, config: known.config, error: null };
      const config = await parseKubeconfig(text, path);
      this.#lastGood.set(path, { text, config });
      return { path, config, error: null };
    } catch (error) {
      const info = error instanceof BerthError ? toErrorInfo(error) : cannotRead(path, error);
      const config = info.code === 'not-found' ? null : (known?.config ?? null);
      const none = info.code === 'not-found' || (info.code === 'too-large' && !known);
      return { path, config, error: amongOthers && none ? null : config ? withOldContexts(info) : info };
    }
  }
}

function withOldContexts(error: ErrorInfo): ErrorInfo {
  return {
    ...error,
    message: `${error.message} Until it is in order again, its contexts are those that it had before.`,
  };
}

async function readBounded(path: string, hadContent: boolean, files: FileAccess): Promise<string> {
  const { size } = await files.stat(path);
  if (size > maximumBytes) {
    throw new BerthError('too-large', `The kubeconfig ${path} is larger than ${maximumBytes / 1024 / 1024} MiB.`, {
      hint: 'Name a kubeconfig, not another kind of file.',
    });
  }
  const text = await files.readText(path);
  if (text !== '' || !hadContent) return text;
  // Tools that write in place empty the file first; look once more before believing it.
  await new Promise((done) => setTimeout(done, 50));
  return await files.readText(path);
}

function folderError(folder: string, files: readonly LoadedFile[]): ErrorInfo | null {
  const broken = files.filter((file) => file.error !== null);
  const first = broken[0]?.error;
  if (!first) return null;
  if (broken.length === 1) return first;
  return {
    ...first,
    message: `${broken.length} kubeconfigs in ${folder} cannot be used. The first: ${first.message}`,
    details: { ...first.details, files: broken.map((file) => file.path) },
  };
}

function cannotRead(path: string, error: unknown): ErrorInfo {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      code: 'not-found',
      message: `The kubeconfig ${path} does not exist.`,
      hint: 'Correct the path, or remove it from KUBECONFIG or from the added files.',
      details: { file: path },
    };
  }
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'permission denied'
      : code === 'EISDIR'
        ? 'it is a folder'
        : String(code ?? error);
  return {
    code: 'invalid-config',
    message: `The kubeconfig ${path} cannot be read: ${why}.`,
    hint: code === 'EACCES' || code === 'EPERM' ? `Give yourself the right: chmod u+r '${path}'.` : 'Check the path.',
    details: { file: path },
  };
}

async function isFolder(path: string, files: FileAccess): Promise<boolean> {
  return await files.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A dangling link is a file that cannot be read, not nothing. */
async function isFile(path: string, files: FileAccess): Promise<boolean> {
  return await files.stat(path).then(
    (found) => found.isFile(),
    () =>
      files.lstat(path).then(
        (found) => found.isFile(),
        () => false,
      ),
  );
}

function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/') || path.startsWith('~\\')) return join(home, path.slice(2));
  return isAbsolute(path) ? resolve(path) : resolve(home, path);
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}
