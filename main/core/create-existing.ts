import type { ClientCatalog } from './clients/client-catalog.ts';
import type { ClientService } from './clients/client-service.ts';
import { ExistingServers } from './clients/existing/existing-servers.ts';
import type { KubeService } from './kube/kube-service.ts';
import type { PresetCatalog } from './presets/preset-catalog.ts';
import type { EndpointTokens } from './secrets/endpoint-tokens.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import type { ServerManager } from './servers/server-manager.ts';
import type { SettingsStore } from './settings/settings-store.ts';

/** What looks at the servers that stand in clients' files already, over the parts of a core. */
export function createExisting(parts: {
  readonly clients: ClientService;
  readonly registry: ClientCatalog;
  readonly presets: PresetCatalog;
  readonly servers: ServerManager;
  readonly secrets: SecretStore;
  readonly settings: SettingsStore;
  readonly kube: KubeService;
  readonly tokens: EndpointTokens;
  readonly loginEnvironment: () => Promise<Record<string, string>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly endpoint: () => string;
  /** Folder of the bridge's shim. */
  readonly bridge: string;
}): ExistingServers {
  const { clients, registry, presets, servers, secrets, settings, kube, tokens, home, platform } = parts;
  const keep = async (change: (paths: string[]) => string[]) => {
    await settings.update((draft) => {
      draft.kubeconfigs = change(draft.kubeconfigs);
    });
    await kube.refresh();
  };
  return new ExistingServers({
    clients,
    world: async () => ({
      machine: { platform, home, env: await parts.loginEnvironment() },
      presets: presets.definitions(),
      registry: registry.rows,
      endpoint: parts.endpoint(),
      bridge: parts.bridge,
    }),
    clusters: () => ({ contexts: kube.snapshot().contexts, home, platform }),
    servers: {
      list: () => servers.list(),
      get: (slug) => servers.get(slug),
      add: (input) => servers.add(input),
      start: (slug) => servers.start(slug),
      remove: async (slug) => {
        await servers.remove(slug);
        await tokens.revokeSlug(slug);
      },
    },
    secrets,
    addKubeconfig: (path) => keep((paths) => (paths.includes(path) ? paths : [...paths, path])),
    removeKubeconfig: (path) => keep((paths) => paths.filter((one) => one !== path)),
  });
}
