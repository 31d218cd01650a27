import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import type { InstallEvent, InstallPlan, InstallRoute } from '../../../contract/model/install.ts';
import type { Disposable } from '../dispose.ts';
import { withFileLock } from '../file-lock.ts';
import type { LogSink } from '../logs/log-sink.ts';
import type { FoundProgram } from '../presets/find-program.ts';
import type { PresetCatalog } from '../presets/preset-catalog.ts';
import type { PresetDefinition, ProgramDefinition } from '../presets/preset-schema.ts';
import { isUsable } from '../presets/program-verdict.ts';
import { syncFolder, writePrivately } from '../private-file.ts';
import { explainDiskFailure } from './explain-failure.ts';
import { type InstallationRecord, installedPrograms, RECORD_FILE } from './installed-programs.ts';
import { type RoutePlan, workFolder } from './plan-route.ts';
import { chooseRoute, type PlannedRoutes, planRoutes } from './plan-routes.ts';
import { type InstallLimits, installLimits, type Prepared, prepare } from './prepare.ts';
import { removeTree } from './remove-tree.ts';

export interface InstallerOptions {
  /** Berth's folder of programs; need not exist. */
  readonly programsFolder: string;
  readonly presets: PresetCatalog;
  /** The login shell's environment. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  /** Knows the programs that servers run from now: none of them is removed. */
  readonly launcher: { programsInUse(): readonly { readonly slug: string; readonly path: string }[] };
  readonly logs: Pick<LogSink, 'append'>;
  /** Version of Berth, which registries are told. */
  readonly version: string;
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  readonly limits?: InstallLimits;
}

/** How long another Berth's installation of the same preset is waited for, in ms. */
const LOCK_MS = 1_000;

/**
 * Installs the programs of presets into Berth's own folder and removes them again. An installation is prepared in a work folder
 * and gets its place in one rename, so that a program is there whole or not at all. Nothing outside of the folder is touched.
 */
export class Installer implements Disposable {
  readonly #options: InstallerOptions;
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<unknown> }>();

  constructor(options: InstallerOptions) {
    this.#options = options;
  }

  /** What could be done for this preset on this machine. Runs and downloads nothing. */
  async plan(id: string): Promise<InstallPlan> {
    const { routes } = await this.#planned(id);
    return { preset: id, routes: routes.map(({ shown }) => shown) };
  }

  /**
   * Installs by this route, or by the first that is available. Resolves when the program can be used; aborting ends everything that it
   * started and leaves nothing. Rejects with `conflict` while the same preset is being installed, with `unsupported` for a route that
   * cannot be used here, else with what went wrong and a remedy.
   */
  async install(
    id: string,
    route: InstallRoute | undefined,
    push: (event: InstallEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#running.has(id)) throw beingInstalled(id);
    const abort = new AbortController();
    const done = this.#install(id, route, push, AbortSignal.any([signal, abort.signal]));
    this.#running.set(id, { abort, done });
    try {
      await done;
    } finally {
      this.#running.delete(id);
    }
  }

  /** Removes everything that Berth installed for this preset. Rejects with `not-found`, or with `conflict` while a server runs from it. */
  async uninstall(id: string): Promise<void> {
    const { programsFolder, presets } = this.#options;
    const preset = presets.get(id);
    if (this.#running.has(id)) throw beingInstalled(id);
    await this.#locked(id, async () => {
      const installed = await installedPrograms(programsFolder, id);
      if (installed.length === 0) {
        throw new BerthError('not-found', `Berth has not installed ${preset.title}.`, {
          hint: 'Only what Berth installed itself is removed; see `berth presets -o wide`.',
        });
      }
      const users = [...new Set(installed.flatMap(({ folder }) => this.#usersOf(folder)))];
      if (users.length > 0) {
        throw new BerthError('conflict', `${preset.title} is in use by ${users.join(', ')}.`, {
          hint: `Stop it first: \`berth stop ${users.join(' ')}\`.`,
        });
      }
      await removeTree(join(programsFolder, id));
    });
    this.#log('info', `${preset.title}: what Berth had installed was removed`);
    await presets.refresh();
  }

  /** Removes what installations left that were cut off, and versions that a newer one replaced. For the start, when no server runs yet. */
  async tidy(): Promise<void> {
    const { programsFolder } = this.#options;
    const folders = async (folder: string) =>
      (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
    for (const id of await folders(join(programsFolder, '.work'))) {
      await this.#locked(id, () => removeTree(workFolder(programsFolder, id))).catch(() => {});
    }
    for (const id of await folders(programsFolder)) {
      await this.#locked(id, () => this.#removeOlder(id)).catch(() => {});
    }
  }

  /** Cancels what is under way and waits until it has cleaned up. */
  async dispose(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.allSettled(running.map(({ done }) => done));
  }

  async #install(
    id: string,
    wanted: InstallRoute | undefined,
    push: (event: InstallEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { programsFolder, presets } = this.#options;
    const { preset, program, routes, facts } = await this.#planned(id);
    const plan = chooseRoute(preset, routes, wanted);
    const { title } = preset;
    try {
      await this.#locked(id, async () => {
        const work = workFolder(programsFolder, id);
        await removeTree(work);
        await mkdir(work, { recursive: true, mode: 0o700 });
        try {
          this.#log('info', `installing ${title}: ${plan.shown.title}`);
          const env = await this.#options.environment();
          const prepared = await prepare(plan, title, {
            folder: work,
            env,
            platform: facts.platform,
            npm: 'problem' in facts.npm ? null : facts.npm,
            userAgent: `berth/${this.#options.version} ${facts.platform} ${facts.arch}`,
            signal,
            limits: this.#options.limits ?? installLimits,
            push,
          });
          push({ type: 'step', title: 'Looking at its version' });
          const version = await this.#check(preset, program, plan, prepared, work);
          signal.throwIfAborted();
          const path = await this.#place(id, plan, prepared, version, work);
          await presets.refresh();
          this.#log('info', `${title} ${version ?? ''} was installed: ${path}`);
          push({ type: 'done', path, version });
        } finally {
          await removeTree(work);
        }
      });
    } catch (error) {
      if (signal.aborted) throw new BerthError('cancelled', `The installation of ${title} was cancelled.`);
      const failure = explainDiskFailure(error, programsFolder);
      this.#log('warn', `${title} was not installed: ${toErrorInfo(failure).message}`);
      throw failure;
    }
  }

  /** Judges the new program before it gets its place: one that cannot be used never becomes the one that servers run. */
  async #check(
    preset: PresetDefinition,
    program: ProgramDefinition,
    plan: RoutePlan,
    prepared: Prepared,
    work: string,
  ): Promise<string | null> {
    const { packageFolder } = prepared;
    const found: FoundProgram = {
      path: join(work, prepared.program),
      source: 'berth',
      runtime: packageFolder === null ? 'native' : (program.npm?.runtime ?? 'native'),
      executable: true,
      packageFolder: packageFolder === null ? null : join(work, packageFolder),
      goVersion: plan.shown.version,
    };
    const judged = await this.#options.presets.examine(preset.id, found);
    if (isUsable(judged.verdict)) return judged.version;
    throw new BerthError('unsupported', `${preset.title} was not installed: ${judged.reason}.`, {
      hint: 'Use another way to install it.',
    });
  }

  async #place(id: string, plan: RoutePlan, prepared: Prepared, version: string | null, work: string): Promise<string> {
    const { programsFolder } = this.#options;
    const installedAt = new Date().toISOString();
    const record: InstallationRecord = {
      preset: id,
      route: plan.shown.route,
      version: plan.shown.version ?? version,
      program: prepared.program,
      package: prepared.packageFolder,
      from: prepared.from,
      installedAt,
    };
    await writePrivately(join(work, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
    const folder = join(programsFolder, id, folderName(plan.shown.version ?? version ?? installedAt));
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    // What runs from the old folder keeps its files: they go when nothing has them open any more.
    const old = join(programsFolder, '.work', `${id}.old`);
    await removeTree(old);
    await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(work, folder);
    await syncFolder(dirname(folder));
    await removeTree(old);
    await this.#removeOlder(id);
    return join(folder, prepared.program);
  }

  /** Removes all versions but the last that was installed, except those that servers still run from. */
  async #removeOlder(id: string): Promise<void> {
    const [, ...older] = await installedPrograms(this.#options.programsFolder, id);
    for (const { folder } of older) {
      if (this.#usersOf(folder).length === 0) await removeTree(folder);
    }
  }

  #usersOf(folder: string): string[] {
    return this.#options.launcher
      .programsInUse()
      .filter(({ path }) => path.startsWith(`${folder}${sep}`))
      .map(({ slug }) => slug);
  }

  #log(level: 'info' | 'warn', text: string): void {
    this.#options.logs.append({ slug: 'berth', stream: 'event', level, text });
  }

  async #planned(id: string): Promise<PlannedRoutes> {
    const { programsFolder, presets, platform = process.platform, arch = process.arch } = this.#options;
    return planRoutes(presets.get(id), { programsFolder, env: await this.#options.environment(), platform, arch });
  }

  /** One installation of a preset at a time, also among several Berths of one user. */
  async #locked<T>(id: string, work: () => Promise<T>): Promise<T> {
    const locks = join(this.#options.programsFolder, '.locks');
    let begun = false;
    const once = () => {
      begun = true;
      return work();
    };
    try {
      return await withFileLock(locks, id, once, { timeoutMs: LOCK_MS });
    } catch (error) {
      if (!begun && error instanceof BerthError && error.code === 'conflict') throw beingInstalled(id);
      throw error;
    }
  }
}

function beingInstalled(id: string): BerthError {
  return new BerthError('conflict', `${id} is being installed already.`, {
    hint: 'Wait until that has ended, or cancel it where it was begun.',
  });
}

/** A version as the name of a folder. */
function folderName(version: string): string {
  return version.replace(/[^A-Za-z0-9._+-]/g, '-').replace(/^\.+/, '');
}
