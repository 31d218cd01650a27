import { BerthError } from '../../../contract/errors.ts';
import { loginCommandOf } from '../credentials/login-command.ts';
import { type ApiAnswer, type ApiConnection, askApi } from './api-connection.ts';
import type { KubeContextInfo } from './context-info.ts';
import { credentialKey } from './credential-cache.ts';
import { loginNeeded } from './exec-credential.ts';
import type { KubeService } from './kube-service.ts';

interface Limits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

interface Finding {
  readonly outcome: 'pass' | 'warn' | 'fail' | 'skip';
  readonly evidence: string;
  readonly remedy?: string | null;
  readonly value?: boolean;
}

/** The API server said 401: what to do depends on how the context logs in. A plugin's credential is forgotten. */
export function refusedLogin(info: KubeContextInfo, kube: KubeService, ref: string): BerthError {
  kube.credentials.forget(credentialKey(ref, kube.fingerprint(ref)));
  const hints: Record<string, string> = {
    token: 'The token is wrong, expired or revoked: fetch the kubeconfig again.',
    'client-certificate': 'The certificate is not one of this cluster’s, or has expired: fetch the kubeconfig again.',
    none: 'The context has no user; choose one that has.',
  };
  return new BerthError('auth-failed', `The API server refused the login of context "${info.ref}" (401).`, {
    hint: hints[info.auth] ?? loginNeeded(loginCommandOf(kube, ref)).hint,
    ...(info.auth in hints ? {} : { details: loginNeeded(loginCommandOf(kube, ref)).details }),
  });
}

/** Asks the API server who it takes us for (`SelfSubjectReview`, Kubernetes 1.28 and later). */
export async function userOf(
  connection: ApiConnection,
  info: KubeContextInfo,
  kube: KubeService,
  limits: Limits,
): Promise<Finding> {
  const answer = await askApi(connection, '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    body: { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' },
    ...limits,
  });
  if (answer.status === 401) throw refusedLogin(info, kube, info.ref);
  if (answer.status === 404) return { outcome: 'skip', evidence: 'This API server is too old to tell (before 1.28).' };
  if (answer.status >= 300) return notAnswered(answer);
  const user = objectAt(objectAt(answer.json, 'status'), 'userInfo');
  const groups = user?.['groups'];
  const list = Array.isArray(groups) ? groups.map(String) : [];
  const evidence = `${String(user?.['username'] ?? 'unknown')}${list.length > 0 ? ` (${list.slice(0, 5).join(', ')}${list.length > 5 ? ', …' : ''})` : ''}`;
  if (list.includes('system:masters')) {
    return {
      outcome: 'warn',
      evidence,
      remedy: 'This login may do everything and no rule can stop it: give AI clients one with fewer rights.',
    };
  }
  return { outcome: 'pass', evidence };
}

const questions = [
  { words: 'list pods', verb: 'list', resource: 'pods' },
  { words: 'list nodes', verb: 'list', resource: 'nodes' },
  { words: 'get secrets', verb: 'get', resource: 'secrets' },
] as const;

/** Asks what this login may do in the context's namespace (everywhere where it names none). */
export async function accessOf(connection: ApiConnection, namespace: string | null, limits: Limits): Promise<Finding> {
  const answers: { words: string; allowed: boolean }[] = [];
  for (const { words, verb, resource } of questions) {
    const where = namespace === null || resource === 'nodes' ? {} : { namespace };
    const answer = await askApi(connection, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      body: {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec: { resourceAttributes: { verb, resource, ...where } },
      },
      ...limits,
    });
    if (answer.status >= 300) return notAnswered(answer);
    answers.push({ words, allowed: objectAt(answer.json, 'status')?.['allowed'] === true });
  }
  const where = namespace === null ? 'in all namespaces' : `in namespace ${namespace}`;
  const evidence = `${where}: ${answers.map(({ words, allowed }) => `${words}: ${allowed ? 'yes' : 'no'}`).join(', ')}`;
  if (answers[0]?.allowed) return { outcome: 'pass', evidence };
  return {
    outcome: 'warn',
    evidence,
    remedy: 'Servers will find little to show. Ask for the role "view", or choose a namespace where you have it.',
  };
}

function notAnswered(answer: ApiAnswer): Finding {
  const message = answer.json?.['message'];
  return {
    outcome: 'warn',
    evidence: `the API server answered ${answer.status}${typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''}`,
    remedy: 'Ask who runs the cluster whether this login may ask about itself (system:basic-user).',
  };
}

function objectAt(
  value: Readonly<Record<string, unknown>> | null | undefined,
  key: string,
): Record<string, unknown> | null {
  const found = value?.[key];
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : null;
}
