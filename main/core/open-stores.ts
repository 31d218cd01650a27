import { join } from 'node:path';
import { AuditLog } from './audit/audit-log.ts';
import { ClientCatalog } from './clients/client-catalog.ts';
import { Sightings } from './clients/sightings.ts';
import type { CoreOptions } from './core-options.ts';
import type { DisposableStore } from './dispose.ts';
import { installedPrograms } from './install/installed-programs.ts';
import { fileLimits } from './logs/file-limits.ts';
import { LogStore } from './logs/log-store.ts';
import { PathWatch } from './path-watch.ts';
import { PresetCatalog } from './presets/preset-catalog.ts';
import { createSecretStore } from './secrets/create-secret-store.ts';
import { EndpointTokens } from './secrets/endpoint-tokens.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { LoginEnvironment } from './shell-env/login-environment.ts';

/** Memory for the newest log lines of all servers together. */
const RING_BYTES = 32 * 1024 * 1024;

/** What Berth keeps on disk, in the keychain and as data. */
export interface Stores {
  readonly settings: SettingsStore;
  readonly tokens: EndpointTokens;
  readonly secrets: SecretStore;
  readonly presets: PresetCatalog;
  readonly registry: ClientCatalog;
  readonly sightings: Sightings;
  readonly logs: LogStore;
  readonly audit: AuditLog;
  readonly loginShell: LoginEnvironment;
}

/** Opens everything that the core reads before it can do anything, side by side. What must end is added to `store`. */
export async function openStores(options: CoreOptions, store: DisposableStore): Promise<Stores> {
  const { paths, env, platform, shell, files } = options;
  // A headless Berth was started from a terminal, or by somebody who set its environment on purpose.
  const loginShell = new LoginEnvironment({ env, platform, startedInTerminal: shell.kind === 'headless' });
  // It is needed soon, and takes its time.
  void loginShell.resolve();
  const [settings, tokens, secrets, presets, registry, sightings] = await Promise.all([
    SettingsStore.open({ file: paths.settingsFile }),
    EndpointTokens.open({ file: join(paths.state, 'endpoint-tokens.json') }),
    createSecretStore({
      command: process.execPath,
      args: [files.keytarChild],
      env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    }),
    PresetCatalog.open({
      bundledFolder: join(files.assets, 'presets'),
      userFolder: paths.presets,
      environment: async () => (await loginShell.resolve()).env,
      nodeModules: [join(files.root, 'node_modules')],
      installed: (preset) => installedPrograms(paths.programs, preset),
      node: { path: process.execPath, electron: process.versions['electron'] !== undefined },
      platform,
    }),
    ClientCatalog.open({ bundledFolder: join(files.assets, 'clients'), userFolder: paths.clients }),
    Sightings.open(paths.state),
  ]);
  const logs = new LogStore({ folder: paths.logs, ...fileLimits(settings.settings.logs), ringBytes: RING_BYTES });
  const audit = new AuditLog({
    path: join(paths.logs, 'audit.jsonl'),
    maxFileBytes: settings.settings.audit.maxFileMegabytes * 1024 * 1024,
    maxFiles: settings.settings.audit.maxFiles,
    redact: (slug, text) => logs.redact(slug, text),
  });
  for (const part of [settings, tokens, secrets, sightings, logs, audit]) store.add(part);
  await logs.restore();
  await store.add(new PathWatch(() => void presets.refresh())).set([paths.presets]);
  await store.add(new PathWatch(() => void registry.refresh())).set([paths.clients]);
  return { settings, tokens, secrets, presets, registry, sightings, logs, audit, loginShell };
}
