import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import type { Preset, PresetOption, PresetProgram } from '../../../contract/model/preset.ts';
import type { OptionValue, Transport } from '../../../contract/model/server.ts';
import { Emitter } from '../emitter.ts';
import type { InstalledProgram } from '../install/installed-programs.ts';
import { findExecutable } from '../shell-env/find-executable.ts';
import { type FoundProgram, type ProgramSearch, searchNamed, searchPrograms } from './find-program.ts';
import type { DetectedProgram } from './launch-input.ts';
import { type LoadedPresets, loadPresets } from './load-presets.ts';
import type { PresetDefinition, PresetOptionDefinition, ProgramDefinition } from './preset-schema.ts';
import { inOrderOfUse, isUsable, type JudgedProgram, judgeProgram } from './program-verdict.ts';
import { programVersion } from './program-version.ts';
import { compareVersions, inRange } from './versions.ts';

/** For one preset, search and versions together, in ms. */
const DEFAULT_TIMEOUT_MS = 10_000;

export interface CatalogOptions {
  /** Folder of Berth's own presets (assets/presets). */
  readonly bundledFolder: string;
  /** Folder of the user's presets; need not exist. */
  readonly userFolder: string;
  /** The login shell's environment; asked anew by `refresh`. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  /** `node_modules` folders of Berth itself. */
  readonly nodeModules: readonly string[];
  /** What Berth installed for a preset; nothing when absent. */
  readonly installed?: (preset: string) => Promise<readonly InstalledProgram[]>;
  /** What runs servers that are Node scripts: Node, or Electron that is told to be Node. */
  readonly node: { readonly path: string; readonly electron: boolean };
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  readonly timeoutMs?: number;
}

/** A program that was found, judged, and how it is run. */
type Candidate = FoundProgram & JudgedProgram;

/** All kinds of servers that can be docked, and their programs on this machine. */
export class PresetCatalog {
  readonly #options: CatalogOptions;
  readonly #changed = new Emitter<void>();
  #loaded: LoadedPresets;
  /** Programs by preset and the name that options give, the one that is used first. */
  #detections = new Map<string, Promise<readonly Candidate[]>>();

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

  /** Every preset as its file says, in the order in which they are offered. */
  definitions(): PresetDefinition[] {
    return [...this.#loaded.presets.values()];
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
   * none, and for presets without a program. Kept until `refresh`, except when none can be used: then it is looked for again.
   */
  async detect(id: string, options: Readonly<Record<string, OptionValue>> = {}): Promise<DetectedProgram | null> {
    const [first] = await this.#candidates(id, options);
    return first === undefined ? null : this.#detected(first);
  }

  /** Judges one program as the search would, e.g. one that is about to be installed. */
  async examine(id: string, found: FoundProgram): Promise<JudgedProgram> {
    const { program } = this.get(id);
    if (!program) throw new BerthError('invalid-argument', `The preset "${id}" has no program.`);
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    return this.#judge(program, found, await this.#options.environment(), signal);
  }

  /** Reads the preset files again and looks for all programs again. */
  async refresh(): Promise<Preset[]> {
    this.#loaded = await loadPresets(this.#options.bundledFolder, this.#options.userFolder);
    this.#detections.clear();
    const presets = await this.list();
    this.#changed.fire();
    return presets;
  }

  async #candidates(id: string, options: Readonly<Record<string, OptionValue>>): Promise<readonly Candidate[]> {
    const preset = this.get(id);
    if (!preset.program) return [];
    const named = namedProgram(preset, options);
    if (named === null && preset.program.fromOption !== undefined) return [];
    const key = JSON.stringify([id, named]);
    const known = this.#detections.get(key);
    if (known) return known;
    const detection = this.#search(id, preset.program, named);
    this.#detections.set(key, detection);
    const forget = () => {
      if (this.#detections.get(key) === detection) this.#detections.delete(key);
    };
    detection.then(([first]) => (first === undefined || !isUsable(first.verdict)) && forget(), forget);
    return detection;
  }

  async #search(id: string, program: ProgramDefinition, named: string | null): Promise<readonly Candidate[]> {
    const { nodeModules, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const { platform = process.platform, arch = process.arch } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    const [env, installed] = await Promise.all([this.#options.environment(), this.#options.installed?.(id) ?? []]);
    const search: ProgramSearch = { env, platform, arch, nodeModules, installed, signal };
    try {
      const one = named === null ? null : await searchNamed(named, program, search);
      const found = named === null ? await searchPrograms(program, search) : one === null ? [] : [one];
      return inOrderOfUse(await Promise.all(found.map((each) => this.#judge(program, each, env, signal))));
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    }
  }

  async #judge(
    program: ProgramDefinition,
    found: FoundProgram,
    env: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Candidate> {
    return judgeProgram(program, { ...found, version: await programVersion(program, found, env, signal) });
  }

  #detected({ path, version, runtime, reason }: Candidate): DetectedProgram {
    const { node } = this.#options;
    const native = runtime === 'native';
    return {
      path,
      version,
      command: native ? path : node.path,
      args: native ? [] : [path],
      env: !native && node.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
      ...(reason === null ? {} : { problem: reason }),
    };
  }

  async #view(preset: PresetDefinition): Promise<Preset> {
    const candidates = await this.#candidates(preset.id, {});
    const [first] = candidates;
    const version = first?.version ?? null;
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
      found: first ? { path: first.path, version } : always ? { path: '', version: null } : null,
      program: always || !preset.program ? null : programView(preset.program, candidates),
      install: always ? null : await this.#advice(preset, first),
      warnings: preset.warnings
        .filter((warning) => inRange(version, warning))
        .map(({ text, transports: only }) => (only ? `${only.join(' and ')}: ${text}` : text)),
    };
  }

  /** How to get the program, or what keeps the found one from being used. */
  async #advice(preset: PresetDefinition, found: Candidate | undefined): Promise<string | null> {
    const program = preset.program;
    if (!program) return null;
    if (!found) return program.install;
    if (found.verdict === 'not-executable') return `${found.reason}. Correct it: chmod +x ${found.path}`;
    if (found.verdict === 'too-old') return `${found.reason}: ${program.install}`;
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

function programView(program: ProgramDefinition, candidates: readonly Candidate[]): PresetProgram {
  const own = candidates.find(({ source }) => source === 'berth');
  const offered = program.routes.flatMap((route) => ('version' in route ? [route.version] : []))[0];
  // What was asked for counts: a program may say another version than its package.
  const installed = own?.goVersion ?? own?.version;
  const newer = installed && offered !== undefined && compareVersions(offered, installed) > 0;
  return {
    verdict: candidates[0]?.verdict ?? 'missing',
    found: candidates.map(({ path, version, source, verdict, reason }) => ({ path, version, source, verdict, reason })),
    minimum: program.minimum ?? null,
    installable: program.routes.length > 0,
    update: newer ? offered : null,
  };
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
