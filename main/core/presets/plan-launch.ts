import { join } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import type { OptionValue, Transport } from '../../../contract/model/server.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { LaunchPlan, PlannedFile, PlannedProcess } from './launch-plan.ts';
import { stringMapOf, stringsOf, validateOptions, wordsOf } from './options.ts';
import type { PresetDefinition, PresetOptionDefinition, TransportDefinition } from './preset-schema.ts';
import { isSecretReference, secretNamesIn, withSecrets } from './secret-references.ts';
import { fill, type TemplateValues } from './template.ts';
import { inRange } from './versions.ts';

/** A program on this machine, and how to run it. */
export interface DetectedProgram {
  /** The file that was found: what is shown. */
  readonly path: string;
  readonly version: string | null;
  /** Absolute path of what is run: `path` itself, or Node for a script. */
  readonly command: string;
  /** Come before all other arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Everything that a launch depends on. The same input gives the same plan. */
export interface LaunchInput {
  readonly preset: PresetDefinition;
  readonly server: ServerSettings;
  readonly slug: string;
  /** The effective guard (D15). */
  readonly guard: GuardLevel;
  /** Null when it was not found, and for presets without a program. */
  readonly detected: DetectedProgram | null;
  /** The server's own single-context kubeconfig; null when it is bound to no context. */
  readonly kubeconfig: string | null;
  /** A free port on 127.0.0.1; may be null for stdio. */
  readonly port: number | null;
  /** Private folder of this start: files are planned into it, and it is the working folder. */
  readonly folder: string;
  /** The allow-listed environment (D13). */
  readonly env: Readonly<Record<string, string>>;
  /** Values of the secrets that the options refer to, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Random per start: servers that can ask for it answer only to Berth. Without it they answer to anybody on this machine. */
  readonly childToken?: string;
}

const NO_CLUSTER_FILE = 'no-cluster.kubeconfig';
const NO_CLUSTER = 'apiVersion: v1\nkind: Config\n';

/**
 * How a server is launched. Throws a BerthError when it cannot be: `command-missing` with how to get the program,
 * `invalid-argument` for an option or a missing context, `unsupported` for a transport that this version has not,
 * `not-found` for a secret. No secret is ever in the arguments.
 */
export function planLaunch(input: LaunchInput): LaunchPlan {
  const { preset, server } = input;
  validateOptions(preset, server.options);
  const version = requireProgram(input)?.version ?? null;
  const transport = chooseTransport(preset, server.transport, version);
  if (preset.needsContext && input.kubeconfig === null) {
    throw new BerthError('invalid-argument', `A server of the preset "${preset.id}" needs a context.`, {
      hint: 'Bind it to a context, or to the active one.',
    });
  }
  const scope = new Scope(input, transport, version);
  const process = preset.program ? planProcess(input, scope) : null;
  const headers = scope.headers();
  return {
    slug: input.slug,
    transport: transport.transport,
    process,
    url: transport.transport === 'stdio' ? null : scope.url(),
    headers,
    probe: transport.probe ? { ...(transport.probe.path === undefined ? {} : { path: transport.probe.path }) } : null,
    startTimeoutMs: preset.startTimeoutSeconds * 1000,
    failures: preset.failures,
    secrets: scope.usedSecrets(process, headers),
  };
}

/**
 * The transport to use: the wanted one, else the first that this version has. Throws `unsupported` with those that it has.
 * A version that is not known counts as the newest.
 */
export function chooseTransport(
  preset: PresetDefinition,
  wanted: Transport | undefined,
  version: string | null,
): TransportDefinition {
  const possible = preset.transports.filter((candidate) => inRange(version, candidate));
  const chosen = wanted === undefined ? possible[0] : possible.find((candidate) => candidate.transport === wanted);
  if (chosen) return chosen;
  const which = version === null ? preset.title : `${preset.title} ${version}`;
  throw new BerthError('unsupported', `${which} does not speak ${wanted ?? 'any transport that Berth knows'}.`, {
    hint: `It speaks: ${possible.map((candidate) => candidate.transport).join(', ') || 'nothing'}.`,
  });
}

/** What a user should know about servers of this preset with this transport and version (D22). */
export function warningsOf(preset: PresetDefinition, transport: Transport, version: string | null): string[] {
  return preset.warnings
    .filter((warning) => (warning.transports?.includes(transport) ?? true) && inRange(version, warning))
    .map((warning) => warning.text);
}

function requireProgram({ preset, detected, server }: LaunchInput): DetectedProgram | null {
  const program = preset.program;
  if (!program) return null;
  if (!detected) {
    const named = preset.options.find((option) => 'as' in option.apply && option.apply.as === 'program');
    const path = named ? server.options[named.name] : undefined;
    const what = path === undefined ? preset.title : `"${path}"`;
    throw new BerthError('command-missing', `${what} was not found on this machine.`, { hint: program.install });
  }
  if (program.minimum !== undefined && !inRange(detected.version, { from: program.minimum })) {
    throw new BerthError(
      'command-missing',
      `${preset.title} ${detected.version ?? ''} is too old: ${program.minimum} or later is needed.`,
      { hint: program.install },
    );
  }
  return detected;
}

function planProcess(input: LaunchInput, scope: Scope): PlannedProcess {
  const { preset, detected, guard } = input;
  if (!detected) throw new BerthError('internal', 'A process was planned without a program.');
  const guardPart = preset.guards[guard];
  const parts = [
    preset.launch,
    scope.transport,
    ...(guardPart && inRange(scope.version, guardPart) ? [guardPart] : []),
  ];
  const args = [
    ...detected.args,
    ...parts.flatMap((part) => part.args.map((text) => scope.require(text))),
    ...scope.optionArgs(),
  ];
  refuseSecretsIn(args, input);
  const env: Record<string, string> = { ...input.env };
  for (const name of [...preset.launch.dropEnv, 'KUBECONFIG']) delete env[name];
  if (preset.launch.namespaceEnv !== undefined && input.server.namespace !== undefined) {
    env[preset.launch.namespaceEnv] = input.server.namespace;
  }
  for (const part of parts) {
    for (const [name, text] of Object.entries(part.env)) {
      const value = scope.fill(text);
      if (value !== null) env[name] = value;
    }
  }
  Object.assign(env, scope.optionEnv(), detected.env);
  return { command: detected.command, args, env, cwd: scope.cwd(), files: scope.files() };
}

/** The guard that holds whatever a preset or a user says: arguments are public, so no secret may be in them. */
function refuseSecretsIn(args: readonly string[], input: LaunchInput): void {
  const secrets = [...Object.values(input.secrets), ...(input.childToken === undefined ? [] : [input.childToken])];
  if (args.some((arg) => secrets.some((secret) => secret !== '' && arg.includes(secret)))) {
    throw new BerthError('invalid-argument', `The arguments of the server "${input.slug}" would hold a secret.`, {
      hint: 'Every program can see the arguments of others. Hand the secret over in the environment.',
    });
  }
}

/** The values of one launch: templates, options and secrets. */
class Scope {
  readonly transport: TransportDefinition;
  readonly version: string | null;
  readonly #input: LaunchInput;
  readonly #values: TemplateValues;

  constructor(input: LaunchInput, transport: TransportDefinition, version: string | null) {
    this.#input = input;
    this.transport = transport;
    this.version = version;
    const files = input.preset.launch.files;
    this.#values = {
      values: {
        kubeconfig: input.kubeconfig ?? join(input.folder, NO_CLUSTER_FILE),
        port: input.port === null ? null : String(input.port),
        namespace: input.server.namespace ?? null,
        folder: input.folder,
        childToken: input.childToken ?? null,
      },
      file: (name) => (Object.hasOwn(files, name) ? join(input.folder, name) : null),
    };
  }

  fill(text: string): string | null {
    return fill(text, this.#values);
  }

  /** A text that must be whole: without a value for a placeholder the caller made a mistake. */
  require(text: string): string {
    const filled = this.fill(text);
    if (filled !== null) return filled;
    throw new BerthError('invalid-argument', `The server "${this.#input.slug}" has no value for ${text}.`, {
      hint: text.includes('{namespace}') ? 'Set the namespace of the server.' : 'This option needs another transport.',
    });
  }

  optionArgs(): string[] {
    return this.#applied().flatMap(({ option, value }) => {
      const { apply } = option;
      if ('as' in apply) return apply.as === 'args' ? stringsOf(value).map((text) => this.require(text)) : [];
      if (!('flag' in apply)) return [];
      if (apply.style === 'equals') return [`${apply.flag}=${value}`];
      if (typeof value === 'boolean') return value ? [apply.flag] : [];
      return [apply.flag, option.type === 'list' ? wordsOf(value).join(',') : String(value)];
    });
  }

  optionEnv(): Record<string, string> {
    const env: Record<string, string> = {};
    for (const { option, value } of this.#applied()) {
      const { apply } = option;
      if ('env' in apply) {
        const text = typeof value === 'boolean' ? (value ? 'true' : apply.whenFalse) : this.#reveal(String(value));
        if (text !== undefined) env[apply.env] = text;
      } else if ('as' in apply && apply.as === 'env') {
        for (const [name, text] of Object.entries(stringMapOf(this.#jsonText(value)))) {
          env[name] = this.require(this.#reveal(text));
        }
      }
    }
    return env;
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, text] of Object.entries(this.transport.headers)) {
      const value = this.fill(text);
      if (value !== null) headers[name] = value;
    }
    for (const [name, text] of Object.entries(stringMapOf(this.#jsonText(this.#as('headers'))))) {
      headers[name] = this.#reveal(text);
    }
    return headers;
  }

  url(): string {
    const own = this.#as('url');
    return this.require(own === undefined ? (this.transport.url ?? '') : String(own));
  }

  cwd(): string {
    const own = this.#as('cwd');
    if (own === undefined) return this.#input.folder;
    const home = this.#input.env['HOME'] ?? this.#input.env['USERPROFILE'] ?? '~';
    return String(own).replace(/^~(?=\/)/, home);
  }

  files(): PlannedFile[] {
    const { preset, folder, kubeconfig } = this.#input;
    const files = Object.entries(preset.launch.files).map(([name, content]) => ({ path: join(folder, name), content }));
    // Without it, a server that is bound to no context would fall back to ~/.kube/config.
    return kubeconfig === null ? [...files, { path: join(folder, NO_CLUSTER_FILE), content: NO_CLUSTER }] : files;
  }

  /** What must never be stored: the secrets that were handed over, the child's token and whole header values made of them. */
  usedSecrets(process: PlannedProcess | null, headers: Readonly<Record<string, string>>): string[] {
    const { server, secrets, childToken } = this.#input;
    const values = secretNamesIn(server.options).flatMap((name) => secrets[name] ?? []);
    const places = [...Object.values(process?.env ?? {}), ...Object.values(headers)];
    if (childToken !== undefined && places.includes(childToken)) values.push(childToken);
    return [...new Set(values.filter((value) => value !== ''))];
  }

  /** Options that this launch applies: set (or kept `always`), for this transport and version, and different from the server's own default. */
  #applied(): { option: PresetOptionDefinition; value: OptionValue }[] {
    return this.#input.preset.options.flatMap((option) => {
      const value = this.#input.server.options[option.name] ?? option.default;
      if (value === undefined || !this.#concerns(option)) return [];
      const always = 'always' in option.apply && option.apply.always;
      return value === option.default && !always && !('as' in option.apply) ? [] : [{ option, value }];
    });
  }

  #concerns(option: PresetOptionDefinition): boolean {
    return (option.transports?.includes(this.transport.transport) ?? true) && inRange(this.version, option);
  }

  #as(role: 'headers' | 'url' | 'cwd'): OptionValue | undefined {
    return this.#applied().find(({ option }) => 'as' in option.apply && option.apply.as === role)?.value;
  }

  /** JSON that is itself kept as a secret is revealed before it is parsed; references within it are revealed after. */
  #jsonText(value: OptionValue | undefined): OptionValue | undefined {
    return value !== undefined && isSecretReference(value) ? this.#reveal(String(value)) : value;
  }

  #reveal(text: string): string {
    return withSecrets(text, this.#input.secrets, (name) => {
      throw new BerthError('not-found', `There is no secret "${name}".`, {
        hint: `Set it with \`berth secrets set ${name}\`.`,
      });
    });
  }
}
