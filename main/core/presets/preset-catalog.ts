import { execFile } from 'node:child_process';
import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import type { Preset, PresetOption } from '../../../contract/model/preset.ts';
import type { OptionValue, Transport } from '../../../contract/model/server.ts';
import { Emitter } from '../emitter.ts';
import { findExecutable } from '../shell-env/find-executable.ts';
import { type FoundProgram, type ProgramSearch, packageVersion, searchNamed, searchProgram } from './find-program.ts';
import type { DetectedProgram } from './launch-input.ts';
import { type LoadedPresets, loadPresets } from './load-presets.ts';
import type { PresetDefinition, PresetOptionDefinition, ProgramDefinition } from './preset-schema.ts';
import { inRange } from './versions.ts';

export interface CatalogOptions {
  /** Folder of Berth's own presets (assets/presets). */
  readonly bundledFolder: string;
  /** Folder of the user's presets; need not exist. */
  readonly userFolder: string;
  /** The login shell's environment; asked anew by `refresh`. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  /** `node_modules` folders of Berth itself. */
  readonly nodeModules: readonly string[];
  /** What runs servers that are Node scripts: Node, or Electron that is told to be Node. */
  readonly node: { readonly path: string; readonly electron: boolean };
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  /** For one program, search and version together. */
  readonly timeoutMs?: number;
}

/** All kinds of servers that can be docked, and their programs on this machine. */
export class PresetCatalog {
  readonly #options: CatalogOptions;
  readonly #changed = new Emitter<void>();
  #loaded: LoadedPresets;
  #detections = new Map<string, Promise<DetectedProgram | null>>();

  /** The presets were read again, or programs were looked for again. */
  readonly onDidChange = this.#changed.event;

  private constructor(options: CatalogOptions, loaded: LoadedPresets) {
    this.#options = options;
    this.#loaded = loaded;
  }

  static async open(options: CatalogOptions): Promise<PresetCatalog> {
    return new PresetCatalog(options, await loadPresets(options.bundledFolder, options.userFolder));
  }

  /** Preset files that were refused, each with line and column. */
  get problems(): readonly ErrorInfo[] {
    return this.#loaded.problems;
  }

  /** Presets in the order in which they are offered, with what was found of each. The first call looks for all programs at once. */
  async list(): Promise<Preset[]> {
    return Promise.all([...this.#loaded.presets.values()].map((preset) => this.#view(preset)));
  }

  /** Throws `not-found` with the presets that there are. */
  get(id: string): PresetDefinition {
    const preset = this.#loaded.presets.get(id);
    if (preset) return preset;
    throw new BerthError('not-found', `There is no preset "${id}".`, {
      hint: `There are: ${[...this.#loaded.presets.keys()].join(', ')}. See \`berth presets\`.`,
    });
  }

  /**
   * The program that a server of this preset runs; with the server's options, the one that they name. Null when there is
   * none, and for presets without a program. Kept until `refresh`, except a program that was not found, which is looked for again.
   */
  async detect(id: string, options: Readonly<Record<string, OptionValue>> = {}): Promise<DetectedProgram | null> {
    const preset = this.get(id);
    if (!preset.program) return null;
    const named = namedProgram(preset, options);
    if (named === null && preset.program.fromOption !== undefined) return null;
    const key = JSON.stringify([id, named]);
    const known = this.#detections.get(key);
    if (known) return known;
    const detection = this.#search(preset.program, named);
    this.#detections.set(key, detection);
    const forget = () => {
      if (this.#detections.get(key) === detection) this.#detections.delete(key);
    };
    detection.then((found) => found === null && forget(), forget);
    return detection;
  }

  /** Reads the preset files again and looks for all programs again. */
  async refresh(): Promise<Preset[]> {
    this.#loaded = await loadPresets(this.#options.bundledFolder, this.#options.userFolder);
    this.#detections.clear();
    const presets = await this.list();
    this.#changed.fire();
    return presets;
  }

  async #search(program: ProgramDefinition, named: string | null): Promise<DetectedProgram | null> {
    const { nodeModules, node, platform = process.platform, arch = process.arch, timeoutMs = 10_000 } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    const env = await this.#options.environment();
    const search: ProgramSearch = { env, platform, arch, nodeModules, signal };
    try {
      const found = named === null ? await searchProgram(program, search) : await searchNamed(named, program, search);
      if (found === null) return null;
      const version = await versionOf(program, found, env, signal);
      const native = found.runtime === 'native';
      return {
        path: found.path,
        version,
        command: native ? found.path : node.path,
        args: native ? [] : [found.path],
        env: !native && node.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
      };
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  async #view(preset: PresetDefinition): Promise<Preset> {
    const detected = await this.detect(preset.id);
    const version = detected?.version ?? null;
    const transports = preset.transports.filter((candidate) => inRange(version, candidate));
    const always = !preset.program || preset.program.fromOption !== undefined;
    return {
      id: preset.id,
      title: preset.title,
      description: preset.description,
      homepage: preset.homepage,
      transports: [...new Set(transports.map((candidate): Transport => candidate.transport))],
      needsContext: preset.needsContext,
      options: preset.options.filter((option) => inRange(version, option)).map(optionView),
      withheld: preset.withheld,
      found: detected ? { path: detected.path, version } : always ? { path: '', version: null } : null,
      install: always ? null : await this.#advice(preset, detected),
      warnings: preset.warnings
        .filter((warning) => inRange(version, warning))
        .map(({ text, transports: only }) => (only ? `${only.join(' and ')}: ${text}` : text)),
    };
  }

  /** How to get the program, or what keeps the found one from being used. */
  async #advice(preset: PresetDefinition, detected: DetectedProgram | null): Promise<string | null> {
    const program = preset.program;
    if (!program) return null;
    if (!detected) return program.install;
    if (program.minimum !== undefined && !inRange(detected.version, { from: program.minimum })) {
      return `Version ${detected.version} is too old, ${program.minimum} or later is needed: ${program.install}`;
    }
    const env = await this.#options.environment();
    for (const need of program.needs) {
      if ((await findExecutable(need.command, env, this.#options.platform ?? process.platform)) === null) {
        return `${need.command} was not found. ${need.remedy}`;
      }
    }
    return null;
  }
}

/** The program that the options name; null when they leave it to the search. */
function namedProgram(preset: PresetDefinition, options: Readonly<Record<string, OptionValue>>): string | null {
  const option = preset.options.find((candidate) => 'as' in candidate.apply && candidate.apply.as === 'program');
  const value = option === undefined ? undefined : options[option.name];
  return value === undefined || value === '' ? null : String(value);
}

async function versionOf(
  program: ProgramDefinition,
  found: FoundProgram,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | null> {
  const { version } = program;
  if (version && 'packageJson' in version) return found.packageFolder && packageVersion(found.packageFolder);
  if (version && found.runtime === 'native') {
    const output = await outputOf(found.path, version.run, env, signal);
    const match = new RegExp(version.pattern, 'm').exec(output);
    if (match) return match[1] ?? match[0];
  }
  return found.goVersion;
}

/** What a program prints; empty when it fails. Its streams are bounded and it is ended when the time is over. */
function outputOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    const options = {
      env: { ...env },
      signal,
      killSignal: 'SIGKILL',
      maxBuffer: 1024 * 1024,
      windowsHide: true,
    } as const;
    execFile(command, [...args], options, (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`)).stdin?.end();
  });
}

/** The option as users see it: what it becomes is the preset's business. */
function optionView(option: PresetOptionDefinition): PresetOption {
  const { name, type, title, description, choices, required, secret } = option;
  return {
    name,
    type,
    title,
    description,
    ...(option.default === undefined ? {} : { default: option.default }),
    ...(choices === undefined ? {} : { choices }),
    ...(required === undefined ? {} : { required }),
    ...(secret === undefined ? {} : { secret }),
  };
}
