import { BerthError } from '../../../contract/errors.ts';
import type { Transport } from '../../../contract/model/server.ts';
import type { DetectedProgram, LaunchInput } from './launch-input.ts';
import type { LaunchPlan, PlannedProcess } from './launch-plan.ts';
import { LaunchScope } from './launch-scope.ts';
import { validateOptions } from './options.ts';
import type { PresetDefinition, TransportDefinition } from './preset-schema.ts';
import { inRange } from './versions.ts';

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
  const scope = new LaunchScope(input, transport, version);
  const process = preset.program ? planProcess(input, scope) : null;
  const headers = scope.headers();
  return {
    slug: input.slug,
    transport: transport.transport,
    process,
    url: transport.transport === 'stdio' ? null : scope.url(),
    headers,
    ...(transport.transport === 'stdio' ? {} : { connection: scope.connection() }),
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
    throw new BerthError('command-missing', `${what} was not found on this machine.`, { hint: howToGet(preset) });
  }
  if (program.minimum !== undefined && !inRange(detected.version, { from: program.minimum })) {
    throw new BerthError(
      'command-missing',
      `${preset.title} ${detected.version ?? ''} is too old: ${program.minimum} or later is needed.`,
      { hint: howToGet(preset) },
    );
  }
  if (detected.problem !== undefined) {
    throw new BerthError('command-missing', `${detected.problem}.`, { hint: `Correct it: chmod +x ${detected.path}` });
  }
  return detected;
}

/** The ways to a program that is missing: Berth's own, where it knows one, and the one by hand. */
export function howToGet({ id, program }: PresetDefinition): string {
  const byHand = program?.install ?? '';
  if (!program || program.routes.length === 0) return byHand;
  return `Let Berth install it, with \`berth presets install ${id}\` or in "Add server". By hand: ${byHand}`;
}

function planProcess(input: LaunchInput, scope: LaunchScope): PlannedProcess {
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
