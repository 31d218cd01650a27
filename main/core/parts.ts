import type { ErrorInfo } from '../../contract/errors.ts';
import type { Approvals } from './approvals/approvals.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { ClientCatalog } from './clients/client-catalog.ts';
import type { ClientService } from './clients/client-service.ts';
import type { ExistingServers } from './clients/existing/existing-servers.ts';
import type { Sightings } from './clients/sightings.ts';
import type { CredentialClock } from './credentials/credential-clock.ts';
import type { Doctor } from './doctor/doctor.ts';
import type { Inspector } from './inspector/inspector.ts';
import type { Installer } from './install/installer.ts';
import type { KubeService } from './kube/kube-service.ts';
import type { LogStore } from './logs/log-store.ts';
import type { ServerMeter } from './measure/server-meter.ts';
import type { PresetCatalog } from './presets/preset-catalog.ts';
import type { EndpointTokens } from './secrets/endpoint-tokens.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import type { Activity } from './servers/activity.ts';
import type { ContextRegistry } from './servers/context-registry.ts';
import type { ContextSwitch } from './servers/context-switch.ts';
import type { DemoSwitch } from './servers/demo-switch.ts';
import type { ReachabilityMonitor } from './servers/reachability-monitor.ts';
import type { ServerManager } from './servers/server-manager.ts';
import type { StatusFeed } from './servers/status-feed.ts';
import type { SettingsStore } from './settings/settings-store.ts';
import type { Shell } from './shell.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

/** The parts of a running core that its handlers and streams speak for. */
export interface CoreParts {
  readonly version: string;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly shell: Shell;
  readonly settings: SettingsStore;
  readonly kube: KubeService;
  readonly contexts: ContextRegistry;
  readonly credentials: CredentialClock;
  readonly contextSwitch: ContextSwitch;
  readonly monitor: ReachabilityMonitor;
  readonly demo: DemoSwitch;
  readonly presets: PresetCatalog;
  readonly installer: Installer;
  readonly servers: ServerManager;
  readonly supervisor: Supervisor;
  readonly logs: LogStore;
  readonly audit: AuditLog;
  readonly approvals: Approvals;
  readonly clients: ClientService;
  readonly registry: ClientCatalog;
  readonly existing: ExistingServers;
  readonly tokens: EndpointTokens;
  readonly secrets: SecretStore;
  readonly inspector: Inspector;
  readonly doctor: Doctor;
  readonly activity: Activity;
  readonly sightings: Sightings;
  readonly meter: ServerMeter;
  readonly status: StatusFeed;
  /** Ends what a client has open on the endpoints. */
  readonly endClient: (client: string) => void;
  /** Base URL of the endpoints, and why it does not listen. */
  readonly endpoint: () => { url: string; error: ErrorInfo | null };
}
