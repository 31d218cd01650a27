import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMap } from 'yaml';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { type Settings, settingsSchema } from '../../../contract/model/settings.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import { PathWatch, type PathWatchTiming } from '../path-watch.ts';
import { writePrivately } from '../private-file.ts';
import { type CheckedYaml, parseCheckedYaml } from './checked-yaml.ts';
import { applyEdits, difference } from './document-edit.ts';
import { migrateSettings } from './settings-migrations.ts';

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
  #settings: Settings = settingsSchema.parse({});
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
      this.#take(await read(this.file).catch(unreadable(this.file)));
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
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const text = await read(this.file);
        const { value, document } = this.#parseForUpdate(text);
        const changed = structuredClone(value);
        mutate(changed);
        const valid = settingsSchema.safeParse(changed);
        if (!valid.success) throw invalidSettings(valid.error.issues[0]);
        const edits = difference(value, valid.data);
        if (edits.length === 0) {
          this.#take(text);
          return this.#settings;
        }
        applyEdits(document, edits);
        const next = serialize(document, text);
        if (await replaceIfUnchanged(this.file, text, next)) {
          this.#take(next);
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

  #parseForUpdate(text: string | null): CheckedYaml<Settings> {
    try {
      return parse(text ?? '', this.file);
    } catch (error) {
      this.#take(text);
      const info = toErrorInfo(error);
      throw new BerthError('invalid-config', `The change was not made: ${info.message}`, {
        hint: `${info.hint ?? ''} Berth does not write over a file that it cannot read.`.trim(),
        ...(info.details ? { details: info.details } : {}),
      });
    }
  }

  /** Puts a file's content in force, or keeps what is in force and says what is wrong. */
  #take(text: string | null | ErrorInfo): void {
    if (this.#disposed) return;
    const before = JSON.stringify([this.#settings, this.#problem]);
    if (typeof text === 'object' && text !== null) {
      this.#problem = text;
    } else {
      try {
        this.#settings = parse(text ?? '', this.file).value;
        this.#problem = null;
      } catch (error) {
        this.#problem = toErrorInfo(error);
      }
    }
    if (JSON.stringify([this.#settings, this.#problem]) !== before) this.#changed.fire(this.#settings);
  }
}

/** Checks the text of a settings file; throws `invalid-config` with line and column. */
export function parseSettings(text: string, file: string): Settings {
  return parse(text, file).value;
}

function parse(text: string, file: string): CheckedYaml<Settings> {
  return parseCheckedYaml(text, settingsSchema, { file, prepare: (document, fail) => migrateSettings(document, fail) });
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

/** The document as text, with the line ends and the byte order mark that the file had. */
function serialize(document: CheckedYaml<Settings>['document'], previous: string | null): string {
  if (isMap(document.contents)) document.contents.flow = false;
  const text = document.toString({ lineWidth: 0 });
  const ended = previous?.includes('\r\n') ? text.replaceAll(/\r?\n/g, '\r\n') : text;
  return previous?.startsWith('\uFEFF') ? `\uFEFF${ended}` : ended;
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

function invalidSettings(issue: { path: PropertyKey[]; message: string } | undefined): BerthError {
  const where = issue && issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
  return new BerthError(
    'invalid-argument',
    `These settings are not valid: ${where}${issue?.message ?? 'unknown reason'}.`,
  );
}
