import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BerthError, toErrorInfo } from '../../../contract/errors.ts';
import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';
import { type CommandSet, effectiveGuard, type GuardLevel } from '../../../contract/model/guard.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { KubeService, WrittenContext } from '../kube/kube-service.ts';
import type { LogStore } from '../logs/log-store.ts';
import { CommandSets } from '../presets/command-sets.ts';
import type { DetectedProgram } from '../presets/launch-input.ts';
import { planLaunch } from '../presets/plan-launch.ts';
import type { PresetCatalog } from '../presets/preset-catalog.ts';
import type { PresetDefinition } from '../presets/preset-schema.ts';
import { secretNamesIn } from '../presets/secret-references.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { serverEnvironment } from '../shell-env/server-environment.ts';
import type { LaunchHandle, Planner } from '../supervisor/server-run.ts';
import type { ContextRegistry } from './context-registry.ts';
import type { DockedSettings } from './docked-settings.ts';

/** Everything that a launch plan is made from. */
export interface LauncherParts {
  readonly settings: SettingsStore;
  readonly docked: DockedSettings;
  readonly kube: KubeService;
  readonly contexts: ContextRegistry;
  readonly presets: PresetCatalog;
  readonly secrets: SecretStore;
  readonly logs: LogStore;
  readonly loginEnvironment: () => Promise<Record<string, string>>;
  /** Private folder (0700) that holds one folder per start. */
  readonly runtimeFolder: string;
}

/** A start of a server that has its files: which context it serves, and how to renew them in place. */
export interface Launched {
  readonly context: string | null;
  /** The guard that its own read-only switch was set for. */
  readonly guard: GuardLevel;
  /** The program that runs, as it was found; null for a server that somebody else runs. */
  readonly program: string | null;
  /** Version of the program that runs; null when it does not tell. */
  readonly version: string | null;
  /** Commands and flags of the program, where its tools take command lines; null for others, and where it does not tell. */
  readonly commands: CommandSet | null;
  /** Whether it has the variables that the settings give to servers now: a process keeps those that it was started with. */
  hasRightEnvironment(): boolean;
  /** Writes the kubeconfig anew in place, after its source changed; answers whether it says something else now. */
  renew(): Promise<boolean>;
}

/**
 * Turns a docked server into a launch plan: resolves its context, writes the single-context kubeconfig into a private
 * folder, finds the program, a free port and the secrets. Every start gets a folder of its own, removed at its end.
 */
export class Launcher {
  readonly #parts: LauncherParts;
  readonly #launched = new Map<string, Set<Launched>>();
  readonly #commandSets = new CommandSets();
  #starts = 0;

  constructor(parts: LauncherParts) {
    this.#parts = parts;
  }

  /** The context that this server works on when it is started now; null for none. Throws when it cannot be resolved. */
  contextOf(server: ServerSettings): string | null {
    if (server.context === NO_CONTEXT) return null;
    if (server.context === ACTIVE_CONTEXT) return this.#parts.contexts.requireActive();
    return this.#parts.contexts.resolve(server.context).ref;
  }

  /** Plans each start on the context that is bound at that time; the first one on `context` when a switch prepares it. */
  planner(slug: string, onPlanned: (launched: Launched) => void, context?: string): Planner {
    let prepared = context;
    return async (signal) => {
      const server = this.#parts.docked.get(slug);
      const ref = server.context === ACTIVE_CONTEXT && prepared !== undefined ? prepared : this.contextOf(server);
      prepared = undefined;
      const handle = await this.#launch(slug, server, ref, signal);
      onPlanned(handle.launched);
      return handle;
    };
  }

  /**
   * Writes the kubeconfigs of running servers anew after their source changed, in place. One whose context is gone or broken keeps its
   * last good one, says so in its log, and holds up nobody. Answers the servers whose kubeconfig says something else now.
   */
  async renewKubeconfigs(): Promise<string[]> {
    const renewed = new Set<string>();
    const renewals = [...this.#launched].flatMap(([slug, starts]) =>
      [...starts].map(async (launched) => {
        try {
          if (await launched.renew()) renewed.add(slug);
        } catch (error) {
          // A server without its context is told about, and stopped, by itself.
          if (toErrorInfo(error).code === 'context-gone') return;
          const text = `its kubeconfig could not be renewed: ${toErrorInfo(error).message}`;
          this.#parts.logs.append({ slug, stream: 'event', level: 'warn', text });
        }
      }),
    );
    await Promise.all(renewals);
    return [...renewed];
  }

  /** Programs of the starts that are not over, so that nobody removes them. */
  programsInUse(): { slug: string; path: string }[] {
    return [...this.#launched].flatMap(([slug, starts]) =>
      [...starts].flatMap(({ program }) => (program === null ? [] : [{ slug, path: program }])),
    );
  }

  async #launch(
    slug: string,
    server: ServerSettings,
    ref: string | null,
    signal: AbortSignal,
  ): Promise<LaunchHandle & { launched: Launched }> {
    const { presets, kube, contexts, secrets, logs, settings } = this.#parts;
    const preset = presets.get(server.preset);
    const folder = join(this.#parts.runtimeFolder, `${slug}-${++this.#starts}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    let kubeconfig: WrittenContext | null = null;
    const write = async (): Promise<WrittenContext | null> => {
      if (ref === null) return null;
      const written = await kube.writeSingleContext(contexts.resolve(ref).ref, folder, { namespace: server.namespace });
      logs.addSecrets(slug, written.secrets);
      return written;
    };
    const guard = effectiveGuard(server.guard, contexts.cap(ref).level);
    try {
      kubeconfig = await write();
      const detected = await presets.detect(server.preset, server.options);
      const given = settings.settings.env;
      const env = serverEnvironment(await this.#parts.loginEnvironment(), given);
      const commands = await this.#commandsOf(slug, preset, detected, env);
      signal.throwIfAborted();
      const plan = planLaunch({
        preset,
        slug,
        server,
        guard,
        detected,
        kubeconfig: kubeconfig?.path ?? null,
        port: await freePort(),
        childToken: randomBytes(32).toString('base64url'),
        folder,
        env,
        secrets: await resolveSecrets(server, secrets),
      });
      logs.addSecrets(slug, plan.secrets);
      let renewing: Promise<boolean> = Promise.resolve(false);
      let released = false;
      const renew = async () => {
        if (released || !kubeconfig) return false;
        const before = await readFile(kubeconfig.path, 'utf8').catch(() => null);
        const renewed = await write();
        if (!renewed) return false;
        const after = await readFile(renewed.path, 'utf8');
        await rename(renewed.path, kubeconfig.path);
        return after !== before;
      };
      const launched: Launched = {
        context: ref,
        guard,
        program: detected?.path ?? null,
        version: detected?.version ?? null,
        commands,
        hasRightEnvironment: () => isDeepStrictEqual(given, settings.settings.env),
        renew: () => {
          renewing = renewing.then(renew, renew);
          return renewing;
        },
      };
      this.#remember(slug, launched);
      const release = async () => {
        released = true;
        this.#launched.get(slug)?.delete(launched);
        // A renewal under way would leave a credential behind.
        await renewing.catch(() => {});
        await kubeconfig?.dispose();
        await rm(folder, { recursive: true, force: true });
      };
      return { plan, launched, release };
    } catch (error) {
      await kubeconfig?.dispose();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A program that does not tell is started all the same: then no flag passes (D17). */
  async #commandsOf(
    slug: string,
    preset: PresetDefinition,
    detected: DetectedProgram | null,
    env: Readonly<Record<string, string>>,
  ): Promise<CommandSet | null> {
    try {
      return await this.#commandSets.of(preset, detected, env);
    } catch (error) {
      const text = `no flag of its commands will pass: ${toErrorInfo(error).message}`;
      this.#parts.logs.append({ slug, stream: 'event', level: 'warn', text });
      return null;
    }
  }

  #remember(slug: string, launched: Launched): void {
    const known = this.#launched.get(slug) ?? new Set();
    known.add(launched);
    this.#launched.set(slug, known);
  }
}

/** Values of the `secret:NAME` references in a server's options. Rejects with what is missing and how to set it. */
async function resolveSecrets(server: ServerSettings, secrets: SecretStore): Promise<Record<string, string>> {
  const found = await Promise.all(
    secretNamesIn(server.options).map(async (name) => {
      const value = await secrets.get(name);
      if (value !== null) return [name, value] as const;
      throw new BerthError('not-found', `The secret "${name}" is not in the keychain.`, {
        hint: `Set it with \`berth secrets set ${name}\` or in Settings.`,
      });
    }),
  );
  return Object.fromEntries(found);
}

/** A port on 127.0.0.1 that was free a moment ago; a server that finds it taken is planned anew with another. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new BerthError('internal', 'No free port was found.');
  return address.port;
}
