import { join } from 'node:path';
import { bridgeEnvironment, writeBridgeShim } from './bridge-shim.ts';
import type { ClientCatalog } from './clients/client-catalog.ts';
import { ClientService } from './clients/client-service.ts';
import type { Sightings } from './clients/sightings.ts';
import type { CoreOptions } from './core-options.ts';
import type { EndpointTokens } from './secrets/endpoint-tokens.ts';
import type { SettingsStore } from './settings/settings-store.ts';
import type { LoginEnvironment } from './shell-env/login-environment.ts';

/** Writes the bridge's shim, which the files of AI clients point to, and makes what edits those files. Not started yet. */
export async function createClients(parts: {
  readonly options: Pick<CoreOptions, 'paths' | 'env' | 'platform' | 'shell' | 'files'>;
  readonly registry: ClientCatalog;
  readonly settings: SettingsStore;
  readonly loginShell: LoginEnvironment;
  readonly tokens: EndpointTokens;
  readonly sightings: Sightings;
  readonly home: string;
  readonly endpointUrl: (slug: string) => string;
}): Promise<ClientService> {
  const { registry, settings, loginShell, tokens, sightings, home, endpointUrl } = parts;
  const { paths, env, platform, shell, files } = parts.options;
  const shim = await writeBridgeShim({
    folder: join(paths.state, 'bin'),
    runtime: process.execPath,
    bridge: files.bridge,
    socket: paths.mcpSocket,
    start: shell.startCommand,
    env,
    platform,
  });
  // What Berth was started with, until the user's shell has answered: waiting for it would hold up the start.
  let clientsEnv = env;
  void loginShell.resolve().then((login) => {
    clientsEnv = login.env;
  });
  return new ClientService({
    get registry() {
      return registry.rows;
    },
    get env() {
      return clientsEnv;
    },
    pinnedFile: (client) => settings.settings.clients[client]?.file,
    home,
    platform,
    stateFolder: paths.state,
    endpointUrl,
    prepareToken: (slug, client) => tokens.prepare(slug, client),
    revokeToken: async (slug, client) => {
      await tokens.revoke(client, slug);
    },
    bridgeCommand: () => shim,
    bundleParts: {
      version: files.version,
      assets: files.assets,
      bridge: files.bridge,
      socket: paths.mcpSocket,
      env: bridgeEnvironment({ start: shell.startCommand, env }),
      platform,
    },
    seen: (client) => sightings.of(client),
  });
}
