import type { CheckResult } from '../../../contract/model/doctor.ts';
import { probeContext } from '../kube/probe.ts';
import { describeWay } from '../network/describe-way.ts';
import type { CoreParts } from '../parts.ts';
import type { BerthPaths } from '../paths.ts';
import { howToGet } from '../presets/plan-launch.ts';
import type { LoginEnvironmentResult } from '../shell-env/login-environment.ts';
import { berthChecks } from './berth-checks.ts';
import { Doctor } from './doctor.ts';
import { serverChecks } from './server-checks.ts';

type Parts = Omit<CoreParts, 'doctor' | 'status'>;

/** The doctor of a running core: every check looks at the real part. */
export function createDoctor(
  core: Parts,
  paths: BerthPaths,
  loginShell: () => Promise<LoginEnvironmentResult>,
): Doctor {
  return new Doctor({
    berth: berthChecks({
      paths,
      endpoint: () => {
        const { url, error } = core.endpoint();
        return { url: error ? null : url, error };
      },
      settingsProblem: () => core.settings.problem,
      keychain: () => core.secrets.status(),
      loginShell,
    }),
    servers: () => core.servers.list(),
    serverChecks: (slug) => serverChecks(serverPort(core, slug)),
    probeContext: async (ref, report, signal) => {
      let well = true;
      const tell = (result: CheckResult) => {
        if (result.outcome === 'fail') well = false;
        report(result);
      };
      await probeContext(core.kube, ref, { signal, report: tell });
      return well;
    },
    contextRefs: () => core.contexts.list().map(({ ref }) => ref),
    clients: () => core.clients.list(),
    existing: () => core.existing.list(),
  });
}

function serverPort(core: Parts, slug: string) {
  const preset = () => core.presets.get(core.servers.get(slug).preset);
  return {
    get: () => core.servers.get(slug),
    program: async () => {
      const { preset: id, options } = core.servers.get(slug);
      const found = await core.presets.detect(id, options);
      return found ?? (preset().program ? null : { path: 'no program: somebody else runs it', version: null });
    },
    way: () => wayTo(core, slug),
    installHint: async () => howToGet(preset()) || null,
    listeners: async () => {
      await core.meter.look();
      return core.servers.get(slug).listeners;
    },
    tools: (signal: AbortSignal) => core.inspector.tools(slug, 'doctor', signal),
    call: async (tool: string, args: Record<string, unknown>, signal: AbortSignal) =>
      (await core.inspector.call(slug, tool, args, { who: 'doctor', signal })).result,
    safeRead: () => preset().safeRead ?? null,
  };
}

/** Proxy and trust on the way to a server by URL; null for one that Berth runs, which is on loopback. */
async function wayTo(core: Parts, slug: string): Promise<string | null> {
  const { preset: id, options } = core.servers.get(slug);
  const { program, options: known } = core.presets.get(id);
  const given = (role: 'url' | 'ca-file') => {
    const option = known.find(({ apply }) => 'as' in apply && apply.as === role);
    const value = option && options[option.name];
    return value === undefined ? null : String(value);
  };
  const url = given('url');
  if (program || url === null) return null;
  return describeWay(new URL(url), await core.kube.serverEnv(), given('ca-file'));
}
