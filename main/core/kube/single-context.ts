import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import { loginCommand } from '../credentials/login-command.ts';
import { passwordsIn } from '../network/connection-environment.ts';
import type { ResolvedContext } from './context-info.ts';
import { type Fields, fieldsOf, textOf } from './kubeconfig-file.ts';

/** A kubeconfig with one context, everything that it needs and nothing else. */
export interface SingleContext {
  readonly config: Readonly<Record<string, unknown>>;
  /** Tokens, passwords and keys: to be redacted from whatever is stored or shown. */
  readonly secrets: string[];
  /** Sentences for the user about what will not work well. */
  readonly warnings: string[];
}

/** What building needs from the machine. */
export interface SingleContextTools {
  /** Rejects when the file cannot be read. */
  readText(path: string): Promise<string>;
  /** Absolute path of a program, null when it is not there. */
  findProgram(command: string): Promise<string | null>;
  /** Replaces the context's namespace. */
  readonly namespace?: string | undefined;
}

/**
 * Minifies and flattens a context so that any client library reads it alike: embedded data wins over files (client-go's rule; others have
 * the opposite), files are absolute and readable, the exec plugin is an absolute path. Certificates that stand in files stay there, so that
 * renewed ones are seen. Throws `invalid-config`, `command-missing`, or `unsupported` for a plugin that needs a terminal (D14).
 */
export async function buildSingleContext(resolved: ResolvedContext, tools: SingleContextTools): Promise<SingleContext> {
  const { info, context, cluster, user } = resolved;
  if (info.error) throw BerthError.from(info.error);
  if (!cluster) throw new BerthError('invalid-config', `Context "${info.name}" has no cluster.`);
  const secrets = new Set<string>();
  const warnings: string[] = [];
  for (const password of passwordsIn(textOf(cluster.fields, 'proxy-url') ?? '')) secrets.add(password);
  const clusterFields = await flattenCluster(cluster.fields, info.ref, tools, warnings);
  const userFields = user ? await flattenUser(user.fields, resolved, tools, secrets, warnings) : null;
  const namespace = tools.namespace ?? info.namespace;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    'current-context': info.name,
    clusters: [{ name: info.cluster, cluster: clusterFields }],
    users: userFields ? [{ name: info.user, user: userFields }] : [],
    contexts: [
      {
        name: info.name,
        context: {
          ...without(context.fields, ['cluster', 'user', 'namespace']),
          cluster: info.cluster,
          user: info.user,
          ...(namespace === null ? {} : { namespace }),
        },
      },
    ],
  };
  return { config, secrets: [...secrets].filter((secret) => secret.length >= 4), warnings };
}

async function flattenCluster(
  fields: Fields,
  ref: string,
  tools: SingleContextTools,
  warnings: string[],
): Promise<Fields> {
  const copy = dataWins(fields, ['certificate-authority']);
  const file = textOf(copy, 'certificate-authority');
  if (file !== null) await readable(file, 'certificate authority', ref, tools);
  if (copy['insecure-skip-tls-verify'] === true) {
    warnings.push(`Context "${ref}" does not verify the API server's certificate (insecure-skip-tls-verify).`);
  }
  return copy;
}

async function flattenUser(
  fields: Fields,
  resolved: ResolvedContext,
  tools: SingleContextTools,
  secrets: Set<string>,
  warnings: string[],
): Promise<Fields> {
  const { ref, expiresAt } = resolved.info;
  const copy: Record<string, unknown> = dataWins(fields, ['client-certificate', 'client-key']);
  for (const name of ['client-certificate', 'client-key']) {
    const file = textOf(copy, name);
    if (file !== null) await readable(file, name.replace('-', ' '), ref, tools);
  }
  const tokenFile = textOf(copy, 'tokenFile');
  if (tokenFile !== null) {
    // In client-go the file wins and is read again; other libraries only know the token.
    copy['token'] = (await readable(tokenFile, 'token file', ref, tools)).trim();
  }
  for (const name of ['token', 'password', 'client-key-data']) {
    const secret = textOf(copy, name);
    if (secret !== null) secrets.add(secret);
  }
  const keyData = textOf(copy, 'client-key-data');
  if (keyData !== null) secrets.add(Buffer.from(keyData, 'base64').toString('utf8'));
  const provider = fieldsOf(copy, 'auth-provider');
  if (provider) {
    for (const secret of secretsOfProvider(provider)) secrets.add(secret);
    warnings.push(
      `Context "${ref}" logs in with the old auth-provider "${textOf(provider, 'name') ?? '?'}"; renewed tokens stay in Berth's copy. Prefer an exec plugin.`,
    );
  }
  const exec = fieldsOf(copy, 'exec');
  if (exec) copy['exec'] = await flattenExec(exec, ref, tools, secrets);
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
    warnings.push(`The credential of context "${ref}" expired at ${expiresAt}.`);
  }
  return copy;
}

async function flattenExec(exec: Fields, ref: string, tools: SingleContextTools, secrets: Set<string>) {
  const command = textOf(exec, 'command');
  const problem = execProblem(exec, ref);
  if (problem) throw BerthError.from(problem);
  const path = command === null ? null : await tools.findProgram(command);
  if (path === null) {
    const hint = textOf(exec, 'installHint')?.trim();
    throw new BerthError('command-missing', `Context "${ref}" logs in with "${command}", which was not found.`, {
      hint: hint || `Install ${command}, or add its folder to the PATH of your login shell, and reload.`,
      details: { context: ref, command },
    });
  }
  for (const secret of secretsOfExec(exec)) secrets.add(secret);
  return { ...exec, command: path };
}

/** Why an exec plugin cannot be used by a program without a terminal; null when it can. */
export function execProblem(exec: Fields, ref: string): ErrorInfo | null {
  const command = textOf(exec, 'command');
  if (command === null) {
    return {
      code: 'invalid-config',
      message: `The exec plugin of context "${ref}" names no command.`,
      hint: 'Add `command:` to the user’s `exec:` in the kubeconfig.',
    };
  }
  if (textOf(exec, 'interactiveMode') !== 'Always') return null;
  const run = loginCommand({ name: ref, file: null });
  return {
    code: 'unsupported',
    message: `Context "${ref}" logs in with "${command}", which always needs a terminal.`,
    hint: `Login needed: run \`${run}\` once in a terminal, or set \`interactiveMode: IfAvailable\` if ${command} can use a stored login.`,
    details: { context: ref, command, run },
  };
}

function secretsOfProvider(provider: Fields): string[] {
  const config = fieldsOf(provider, 'config') ?? {};
  return ['access-token', 'id-token', 'refresh-token', 'client-secret']
    .map((name) => textOf(config, name))
    .filter((value) => value !== null);
}

const secretName = /token|secret|password|passwd|credential|api-?_?key|access-?_?key/i;

/** Values that a plugin is given under a name that says it is a secret. */
export function secretsOfExec(exec: Fields): string[] {
  const found: string[] = [];
  const env: unknown = exec['env'];
  for (const item of Array.isArray(env) ? (env as unknown[]) : []) {
    const entry = item as { name?: unknown; value?: unknown } | null;
    if (typeof entry?.name === 'string' && typeof entry.value === 'string' && secretName.test(entry.name)) {
      found.push(entry.value);
    }
  }
  const args: unknown = exec['args'];
  for (const arg of Array.isArray(args) ? (args as unknown[]) : []) {
    const match = typeof arg === 'string' ? /^--?([\w-]+)=(.+)$/s.exec(arg) : null;
    if (match?.[1] && match[2] && /secret|password|passwd/i.test(match[1])) found.push(match[2]);
  }
  return found.filter((value) => value.length >= 8);
}

async function readable(file: string, what: string, ref: string, tools: SingleContextTools): Promise<string> {
  try {
    return await tools.readText(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | null)?.code ?? String(error);
    throw new BerthError('invalid-config', `The ${what} of context "${ref}", ${file}, cannot be read: ${code}.`, {
      hint: 'Correct the path or the rights in the kubeconfig, or log in again with the tool that made it.',
      details: { context: ref, file },
    });
  }
}

function dataWins(fields: Fields, names: readonly string[]): Record<string, unknown> {
  const shadowed = names.filter((name) => textOf(fields, `${name}-data`) !== null);
  const empty = Object.keys(fields).filter((name) => fields[name] === null || fields[name] === '');
  return without(fields, [...shadowed, ...empty]);
}

function without(fields: Fields, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
