import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import type { CheckResult } from '../../../contract/model/doctor.ts';
import { expiryAt, lifeOf } from '../credentials/credential-life.ts';
import { loginCommandOf } from '../credentials/login-command.ts';
import { readSmallText } from '../credentials/small-text.ts';
import { proxyUnreachable } from '../network/proxy-errors.ts';
import { type ApiConnection, askApi, entriesOf, openConnection } from './api-connection.ts';
import { credentialKey } from './credential-cache.ts';
import type { ExecCredential } from './exec-credential.ts';
import { runExecPlugin } from './exec-credential.ts';
import type { KubeService } from './kube-service.ts';
import { type Fields, fieldsOf } from './kubeconfig-file.ts';
import { firstHop, resolveName, tryTcp } from './network-checks.ts';
import { explainNetworkError, unreachable } from './network-errors.ts';
import { accessOf, refusedLogin, userOf } from './self-review.ts';
import type { SingleContext } from './single-context.ts';
import { checkTls } from './tls-check.ts';

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  /** For each network rung, in ms. A login plugin may take three times as long. */
  readonly timeoutMs?: number;
  /** Called with each rung as it is done. */
  readonly report: (result: CheckResult) => void;
}

type Outcome = Pick<CheckResult, 'outcome' | 'evidence'> & { readonly remedy?: string | null };

const rungs = [
  ['kubeconfig', 'Kubeconfig'],
  ['login', 'Login'],
  ['dns', 'Name of the API server'],
  ['tcp', 'Connection'],
  ['tls', 'TLS'],
  ['version', 'API server answers'],
  ['identity', 'Who you are'],
  ['access', 'What you may do'],
] as const;
type Rung = (typeof rungs)[number][0];

/**
 * Climbs the ladder from the kubeconfig to what this login may do, and reports every rung, also those that could not be tried. Rejects only
 * with `not-found` for an unknown context, or `cancelled`.
 */
export async function probeContext(kube: KubeService, ref: string, options: ProbeOptions): Promise<void> {
  const { signal, report, timeoutMs = 10_000 } = options;
  const info = kube.find(ref);
  const limits = { signal, timeoutMs };
  /** Runs one rung; answers its value, or null when it failed. What cannot go on without it is skipped. */
  const climb = async <T>(rung: Rung, work: () => Promise<Outcome & { value?: T }>): Promise<T | null> => {
    const began = performance.now();
    const {
      outcome,
      evidence,
      remedy = null,
      value,
    } = await work().catch((error: unknown) => {
      if (error instanceof BerthError && error.code === 'cancelled') throw error;
      return { ...failure(error), value: undefined };
    });
    report({ ...labelOf(rung, info.ref), outcome, evidence, remedy, ms: Math.round(performance.now() - began) });
    return value ?? null;
  };
  const skip = (from: Rung, why: string) => {
    for (const [rung] of rungs.slice(rungs.findIndex(([each]) => each === from))) {
      report({ ...labelOf(rung, info.ref), outcome: 'skip', evidence: why, remedy: null, ms: 0 });
    }
  };

  const entry = `${info.source}: cluster ${info.cluster}, user ${info.user || 'none'}, ${info.auth}`;
  let pluginProblem: unknown = null;
  const single = await climb<SingleContext | null>('kubeconfig', async () => {
    const value = await kube.singleContext(ref).catch((error: unknown) => {
      if (!(error instanceof BerthError) || !['command-missing', 'unsupported'].includes(error.code)) throw error;
      pluginProblem = error;
      return null;
    });
    if (value === null) return { outcome: 'pass', evidence: entry };
    const warning = value.warnings[0];
    return warning
      ? { outcome: 'warn', evidence: warning, remedy: 'Correct it in the kubeconfig.', value }
      : { outcome: 'pass', evidence: entry, value };
  });
  if (pluginProblem !== null) {
    report({ ...labelOf('login', info.ref), ...failure(pluginProblem), ms: 0 });
    return skip('dns', 'The login plugin has to be there first.');
  }
  if (!single) return skip('login', 'The kubeconfig has to be right first.');

  const env = await kube.serverEnv();
  let loggedIn = true;
  const credential = await climb('login', async () => {
    const plugin = pluginOf(single);
    if (!plugin) {
      if (info.expiresAt !== null && Date.parse(info.expiresAt) <= Date.now()) {
        loggedIn = false;
        return {
          outcome: 'fail',
          evidence: `The credential expired at ${info.expiresAt}.`,
          remedy: 'Log in again with the tool that made the kubeconfig.',
        };
      }
      const ending = endingSoon(kube, ref);
      if (ending !== null) {
        return {
          outcome: 'warn',
          evidence: `The credential ends soon, at ${ending}.`,
          remedy: 'Log in again with the tool that made the kubeconfig.',
        };
      }
      return {
        outcome: 'pass',
        evidence: info.auth === 'none' ? 'no credential: anonymous' : `${info.auth} from the kubeconfig`,
      };
    }
    loggedIn = false;
    // The user asked: what failed a moment ago is tried again.
    kube.credentials.forget(credentialKey(ref, kube.fingerprint(ref)));
    const value = await login(kube, ref, plugin, single, env, { signal, timeoutMs: timeoutMs * 3 });
    loggedIn = true;
    const until = value.expiresAt === null ? '' : `, valid until ${new Date(value.expiresAt).toISOString()}`;
    return {
      outcome: 'pass',
      evidence: `${String(plugin['command'])} gave a ${value.token === null ? 'certificate' : 'token'}${until}`,
      value,
    };
  });

  let connection: ApiConnection;
  try {
    connection = await openConnection(single, credential, env);
  } catch (error) {
    report({ ...labelOf('dns', info.ref), ...failure(error), ms: 0 });
    return skip('tcp', 'There is no connection to try.');
  }
  const hop = firstHop(connection);
  const { proxyName } = connection;
  const proxy = proxyName ? ` (the proxy ${proxyName.shown} of ${proxyName.from})` : '';
  const via = proxyName ? ` through ${proxyName.shown}` : '';
  const ofFirstHop = (error: unknown): never => {
    if (!proxyName || error instanceof BerthError) throw error;
    throw proxyUnreachable(proxyName, connection.server.host, error);
  };
  const addresses = await climb('dns', async () => {
    const value = await resolveName(hop.host, limits).catch(ofFirstHop);
    return { outcome: 'pass', evidence: `${hop.host}${proxy}: ${value.join(', ')}`, value };
  });
  if (!addresses) return skip('tcp', 'The name has to be known first.');
  const address = await climb('tcp', async () => {
    const value = await tryTcp(hop.host, hop.port, limits).catch(ofFirstHop);
    return { outcome: 'pass', evidence: `connected to ${value}${proxy}`, value };
  });
  if (!address) return skip('tls', 'There has to be a connection first.');
  const secure = await climb('tls', () => checkTls(connection, limits));
  if (!secure) return skip('version', 'TLS has to be right first.');
  if (!loggedIn) return skip('version', 'The login has to work first.');

  const answered = await climb('version', async () => {
    const { status, json } = await askApi(connection, '/version', limits);
    if (status === 401) throw refusedLogin(info, kube, ref);
    if (status === 403) return { outcome: 'warn', evidence: '403: this login may not read /version', value: true };
    if (status !== 200)
      return {
        outcome: 'fail',
        evidence: `/version answered ${status}`,
        remedy: 'Check that `server:` is the URL of a Kubernetes API server.',
      };
    return {
      outcome: 'pass',
      evidence: `Kubernetes ${String(json?.['gitVersion'] ?? 'of an unknown version')}${via}`,
      value: true,
    };
  });
  if (!answered) return skip('identity', 'The API server has to answer first.');
  await climb('identity', () => userOf(connection, info, kube, limits));
  await climb('access', () => accessOf(connection, info.namespace, limits));
}

/** What asking a cluster once showed. An API server that refuses the login is reachable; the error says what is wrong with the login. */
export interface Reachability {
  readonly reachable: boolean;
  readonly error: ErrorInfo | null;
  /** E.g. `v1.34.2`. */
  readonly version: string | null;
}

/** Asks a context's API server for its version. Never rejects, except with `cancelled`. */
export async function isReachable(
  kube: KubeService,
  ref: string,
  options: { signal?: AbortSignal | undefined; timeoutMs?: number } = {},
): Promise<Reachability> {
  const { signal, timeoutMs = 10_000 } = options;
  let loginError: ErrorInfo | null = null;
  let host = ref;
  try {
    const single = await kube.singleContext(ref);
    const env = await kube.serverEnv();
    const plugin = pluginOf(single);
    const credential =
      plugin &&
      (await login(kube, ref, plugin, single, env, { signal, timeoutMs: timeoutMs * 3 }).catch((error: unknown) => {
        if (error instanceof BerthError && error.code === 'cancelled') throw error;
        // Whether the API server is up can be told without a login.
        loginError = asAuthFailure(error);
        return null;
      }));
    const connection = await openConnection(single, credential, env);
    host = connection.server.host;
    const { status, json } = await askApi(connection, '/version', { signal, timeoutMs });
    if (loginError !== null) return { reachable: true, error: loginError, version: null };
    if (status === 401)
      return { reachable: true, error: refusedLogin(kube.find(ref), kube, ref).toInfo(), version: null };
    if (status >= 500) {
      return {
        reachable: false,
        error: {
          code: 'unreachable',
          message: `The API server ${host} answered ${status}.`,
          hint: 'It may be starting, or in trouble; Berth asks again.',
        },
        version: null,
      };
    }
    const version = json?.['gitVersion'];
    return { reachable: true, error: null, version: typeof version === 'string' ? version : null };
  } catch (error) {
    if (error instanceof BerthError && error.code === 'cancelled') throw error;
    if (error instanceof BerthError && error.code !== 'timed-out')
      return { reachable: false, error: error.toInfo(), version: null };
    return { reachable: false, error: unreachable(host, error), version: null };
  }
}

/** The end of what the kubeconfig logs in with, ISO 8601, when that is near; else null. */
function endingSoon(kube: KubeService, ref: string): string | null {
  const { user } = kube.resolve(ref);
  const life = user && lifeOf(user.fields, readSmallText);
  const expiry = life && expiryAt(life, Date.now());
  return expiry?.state === 'soon' ? expiry.at : null;
}

function pluginOf(single: SingleContext): Fields | null {
  const { user } = entriesOf(single);
  return user && fieldsOf(user, 'exec');
}

async function login(
  kube: KubeService,
  ref: string,
  plugin: Fields,
  single: SingleContext,
  env: Record<string, string>,
  limits: { signal?: AbortSignal | undefined; timeoutMs: number },
): Promise<ExecCredential> {
  const { cluster } = entriesOf(single);
  return await kube.credentials.get(credentialKey(ref, kube.fingerprint(ref)), () =>
    runExecPlugin(plugin, cluster, { ref, env, loginCommand: loginCommandOf(kube, ref), ...limits }),
  );
}

function labelOf(rung: Rung, ref: string): Pick<CheckResult, 'id' | 'title' | 'target'> {
  const title = rungs.find(([each]) => each === rung)?.[1] ?? rung;
  return { id: rung, title, target: `context:${ref}` };
}

function failure(error: unknown): { outcome: 'fail'; evidence: string; remedy: string | null } {
  if (error instanceof BerthError) return { outcome: 'fail', evidence: error.message, remedy: error.hint ?? null };
  const { what, remedy } = explainNetworkError(error);
  return { outcome: 'fail', evidence: `${what.charAt(0).toUpperCase()}${what.slice(1)}.`, remedy };
}

function asAuthFailure(error: unknown): ErrorInfo {
  const info = toErrorInfo(error);
  return info.code === 'timed-out' ? { ...info, code: 'auth-failed' } : info;
}
