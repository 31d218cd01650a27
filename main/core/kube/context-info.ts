import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Context } from '../../../contract/model/context.ts';
import { certificateValidity } from './certificate-validity.ts';
import { type Fields, fieldsOf, type Kubeconfig, type KubeEntry, textOf } from './kubeconfig-file.ts';

/** What a kubeconfig says about a context; the rest of the contract's `Context` is Berth's own. */
export type KubeContextInfo = Omit<
  Context,
  'active' | 'production' | 'productionGuessed' | 'cap' | 'label' | 'colour' | 'expiry' | 'reachable'
>;

/** A context with what it refers to. `ref` in `info` is final. */
export interface ResolvedContext {
  readonly info: KubeContextInfo;
  readonly context: KubeEntry;
  readonly cluster: KubeEntry | null;
  readonly user: KubeEntry | null;
}

/** A context before it is known whether its name is unique. */
export type UnnamedContext = Omit<ResolvedContext, 'info'> & { readonly info: Omit<KubeContextInfo, 'ref'> };

/** Reads a small file that a kubeconfig names; null when it cannot be read. */
export type ReadText = (path: string) => string | null;

/** Every context of a merged kubeconfig with what it refers to; a broken one carries its error. */
export function describeContexts(
  config: Kubeconfig,
  options: { kubectlsOwn: boolean; demo: boolean; readText: ReadText },
): UnnamedContext[] {
  return [...config.contexts.values()].map((context) => {
    const clusterName = textOf(context.fields, 'cluster');
    const userName = textOf(context.fields, 'user');
    const cluster = clusterName === null ? null : (config.clusters.get(clusterName) ?? null);
    const user = userName === null ? null : (config.users.get(userName) ?? null);
    return {
      context,
      cluster,
      user,
      info: {
        name: context.name,
        cluster: clusterName ?? '',
        user: userName ?? '',
        namespace: textOf(context.fields, 'namespace'),
        source: options.demo ? 'demo' : context.file,
        apiServer: cluster && textOf(cluster.fields, 'server'),
        auth: authOf(user),
        current: options.kubectlsOwn && config.currentContext === context.name,
        demo: options.demo,
        expiresAt: user && expiryOf(user.fields, options.readText),
        error: problemOf(context, clusterName, cluster, userName, user),
      },
    };
  });
}

/** How a user logs in, in the order in which client-go lets one win over the other. */
export function authOf(user: KubeEntry | null): string {
  if (!user) return 'none';
  const exec = fieldsOf(user.fields, 'exec');
  if (exec) return `exec: ${commandName(textOf(exec, 'command') ?? '?')}`;
  const provider = fieldsOf(user.fields, 'auth-provider');
  if (provider) return `auth-provider: ${textOf(provider, 'name') ?? '?'}`;
  if (textOf(user.fields, 'token') || textOf(user.fields, 'tokenFile')) return 'token';
  if (textOf(user.fields, 'client-certificate-data') || textOf(user.fields, 'client-certificate')) {
    return 'client-certificate';
  }
  if (textOf(user.fields, 'username')) return 'basic';
  return 'none';
}

/** The earlier of the client certificate's and the token's end, ISO 8601; null where the file does not tell. */
export function expiryOf(user: Fields, readText: ReadText): string | null {
  const file = (name: string) => {
    const path = textOf(user, name);
    return path === null ? null : readText(path);
  };
  const certificateData = textOf(user, 'client-certificate-data');
  const certificate = certificateData
    ? Buffer.from(certificateData, 'base64').toString('utf8')
    : file('client-certificate');
  const token = file('tokenFile') ?? textOf(user, 'token');
  const ends = [certificate && certificateValidity(certificate)?.until, token && jwtEnd(token.trim())].filter(
    (end): end is number => typeof end === 'number' && Number.isFinite(end),
  );
  return ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
}

function jwtEnd(token: string): number | null {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const end = (claims as { exp?: unknown } | null)?.exp;
    return typeof end === 'number' && Math.abs(end) < 8.64e12 ? end * 1000 : null;
  } catch {
    return null;
  }
}

function problemOf(
  context: KubeEntry,
  clusterName: string | null,
  cluster: KubeEntry | null,
  userName: string | null,
  user: KubeEntry | null,
): ErrorInfo | null {
  const broken = (message: string, hint: string): ErrorInfo => ({
    code: 'invalid-config',
    message,
    hint,
    details: { file: context.file },
  });
  const name = JSON.stringify(context.name);
  if (clusterName === null) {
    return broken(
      `Context ${name} names no cluster.`,
      `Add \`cluster:\` to it in ${context.file}, or remove it with \`kubectl config delete-context\`.`,
    );
  }
  if (cluster === null) {
    return broken(
      `Context ${name} names the cluster ${JSON.stringify(clusterName)}, which is not defined.`,
      `Add the cluster to ${context.file}, or remove the context with \`kubectl config delete-context\`.`,
    );
  }
  if (textOf(cluster.fields, 'server') === null) {
    return broken(
      `The cluster ${JSON.stringify(clusterName)} of context ${name} has no server.`,
      `Add \`server:\` with the API server's URL in ${cluster.file}.`,
    );
  }
  if (userName !== null && user === null) {
    return broken(
      `Context ${name} names the user ${JSON.stringify(userName)}, which is not defined.`,
      `Add the user to ${context.file}, or log in again with the tool that made the file.`,
    );
  }
  return null;
}

function commandName(command: string): string {
  return command.split(/[\\/]/).at(-1) || command;
}
