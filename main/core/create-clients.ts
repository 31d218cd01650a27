import { join } from 'node:path';
import { bridgeEnvironment, writeBridgeShim } from './bridge-shim.ts';
import { ClientService } from './clients/client-service.ts';
import type { ClientRow } from './clients/registry.ts';
import type { CoreOptions } from './core-options.ts';
import type { EndpointTokens } from './secrets/endpoint-tokens.ts';
import type { Activity } from './servers/activity.ts';

/** Writes the bridge's shim, which the files of AI clients point to, and makes what edits those files. Not started yet. */
export async function createClients(parts: {
  readonly options: Pick<CoreOptions, 'paths' | 'env' | 'platform' | 'shell' | 'files'>;
  readonly registry: readonly ClientRow[];
  readonly tokens: EndpointTokens;
  readonly activity: Activity;
  readonly home: string;
  readonly endpointUrl: (slug: string) => string;
}): Promise<ClientService> {
  const { registry, tokens, activity, home, endpointUrl } = parts;
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
  return new ClientService({
    registry,
    env,
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
    connectedAt: (client) => activity.lastSeen(client),
  });
}
