import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import type { Settings } from '../../../contract/model/settings.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import { writePrivately } from '../private-file.ts';
import type { CheckedYaml } from './checked-yaml.ts';
import { defaultSettings } from './default-settings.ts';

/** How often a write is tried again when somebody else writes the file at the same moment. */
const ATTEMPTS = 10;

export interface SettingsStoreOptions {
  /** Path of `config.yaml`; need not exist. */
  readonly file: string;
  /** False to read once and touch nothing: no folder is made and edits are not noticed. */
  readonly watch?: boolean;
  readonly watchTiming?: PathWatchTiming;
}

/**
 * The settings in `config.yaml`. Edits by hand are picked up; changes by Berth keep the file's comments and order. A bad
 * file never comes into force and is never written over: the last good settings hold, and `problem` says what is wrong where.
 */
export class SettingsStore implements Disposable {
  readonly file: string;
  readonly #watch: PathWatch;
  readonly #changed = new Emitter<Settings>();
  #settings: Settings = defaultSettings;
  #problem: ErrorInfo | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** Fires when the settings, or what is wrong with the file, changed. */
  readonly onDidChange = this.#changed.event;

  private constructor(options: SettingsStoreOptions) {
    this.file = options.file;
    this.#watch = new PathWatch(() => void this.reload(), options.watchTiming);
  }

  /** Never rejects for what is in the file: a bad one is told by `problem`, and the defaults hold until it is corrected. */
  static async open(options: SettingsStoreOptions): Promise<SettingsStore> {
    const store = new SettingsStore(options);
    if (options.watch !== false) {
      // A folder that is not there yet cannot be watched. One that cannot be made shows when something is to be written.
      await mkdir(dirname(options.file), { recursive: true, mode: 0o700 }).catch(() => {});
      await store.#watch.set([options.file]);
    }
    await store.reload();
    return store;
  }

  /** The settings in force, complete with defaults. */
  get settings(): Settings {
    return this.#settings;
  }

  /** What is wrong with the file now; null when it is in force. */
  get problem(): ErrorInfo | null {
    return this.#problem;
  }

  /** Looks at the file now. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#take(await read(this.file).catch(unreadable(this.file)));
    });
  }

  /**
   * Changes the settings: `mutate` gets a copy of what the file says at this moment, changes it, and what it changed is
   * written. It may run again when somebody else changed the file meanwhile, so edits by hand are never lost. Rejects with
   * `invalid-config` when the file is bad, `invalid-argument` when the result is, `conflict` when others never stop writing.
   * What `mutate` throws is passed on; nothing is written then.
   */
  update(mutate: (settings: Settings) => void): Promise<Settings> {
    return this.#inTurn(async () => {
      const { editSettings } = await settingsText();
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const text = await read(this.file);
        const next = editSettings(await this.#parseForUpdate(text), text, mutate);
        if (next === null) {
          await this.#take(text);
          return this.#settings;
        }
        if (await replaceIfUnchanged(this.file, text, next)) {
          await this.#take(next);
          return this.#settings;
        }
      }
      throw new BerthError('conflict', `Another program keeps writing ${this.file}.`, {
        hint: 'Close it there, then try again.',
      });
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#watch.dispose();
    await this.#queue;
  }

  /** One after the other, so that two changes by Berth never meet. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #parseForUpdate(text: string | null): Promise<CheckedYaml<Settings>> {
    const { readSettings } = await settingsText();
    try {
      return readSettings(text ?? '', this.file);
    } catch (error) {
      await this.#take(text);
      const info = toErrorInfo(error);
      throw new BerthError('invalid-config', `The change was not made: ${info.message}`, {
        hint: `${info.hint ?? ''} Berth does not write over a file that it cannot read.`.trim(),
        ...(info.details ? { details: info.details } : {}),
      });
    }
  }

  /** Puts a file's content in force, or keeps what is in force and says what is wrong. */
  async #take(text: string | null | ErrorInfo): Promise<void> {
    const read = typeof text === 'string' ? (await settingsText()).parseSettings : null;
    if (this.#disposed) return;
    const before = JSON.stringify([this.#settings, this.#problem]);
    if (typeof text === 'object' && text !== null) {
      this.#problem = text;
    } else {
      try {
        this.#settings = text === null || read === null ? defaultSettings : read(text, this.file);
        this.#problem = null;
      } catch (error) {
        this.#problem = toErrorInfo(error);
      }
    }
    if (JSON.stringify([this.#settings, this.#problem]) !== before) this.#changed.fire(this.#settings);
  }
}

/** Loaded when there is text to read or to change: where there is no file yet, nothing waits for YAML and schemas. */
function settingsText() {
  return import('./settings-text.ts');
}

/** A link is followed and stays a link. */
async function replaceIfUnchanged(file: string, expected: string | null, next: string): Promise<boolean> {
  class Changed extends Error {}
  try {
    await writePrivately(await realpath(file).catch(() => file), next, {
      beforeReplacing: async () => {
        if ((await read(file)) !== expected) throw new Changed();
      },
    });
    return true;
  } catch (error) {
    if (error instanceof Changed) return false;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BerthError('internal', `${file} could not be written: ${reason}.`, {
      hint: 'Check that the folder is yours and that the disk has room.',
      cause: error,
    });
  }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function unreadable(file: string): (error: NodeJS.ErrnoException) => ErrorInfo {
  return (error) => ({
    code: 'invalid-config',
    message: `${file} cannot be read: ${error.code ?? error.message}.`,
    hint: 'Check that it is a file that you may read.',
    details: { file },
  });
}
