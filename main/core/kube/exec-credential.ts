import { spawn } from 'node:child_process';
import { BerthError } from '../../../contract/errors.ts';
import { type Fields, textOf } from './kubeconfig-file.ts';
import { secretsOfExec } from './single-context.ts';

/** What a login plugin gave (`ExecCredential.status`, https://kubernetes.io/docs/reference/config-api/client-authentication.v1/). */
export interface ExecCredential {
  readonly token: string | null;
  /** PEM. */
  readonly certificate: string | null;
  readonly key: string | null;
  /** Epoch in ms; null when the plugin does not say. */
  readonly expiresAt: number | null;
}

export interface ExecOptions {
  readonly ref: string;
  /** What logs in when it is run in a terminal: told with every failure. */
  readonly loginCommand: string;
  /** The whole environment; the plugin's own variables are added. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

const maximumOutput = 1024 * 1024;

/**
 * Runs a login plugin without a terminal (D14), for as long as it may take and no longer; what it started is killed with it. `exec.command`
 * is absolute. Rejects with `auth-failed` (its last words are in the message), `timed-out`, `command-missing` or `cancelled`.
 */
export async function runExecPlugin(exec: Fields, cluster: Fields, options: ExecOptions): Promise<ExecCredential> {
  const command = textOf(exec, 'command') ?? '';
  const version = textOf(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1';
  const info = {
    apiVersion: version,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec['provideClusterInfo'] === true ? { cluster: clusterInfo(cluster) } : {}) },
  };
  const env = { ...options.env, ...ownVariables(exec), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const args = Array.isArray(exec['args']) ? exec['args'].map(String) : [];
  const { code, stdout, stderr } = await run(command, args, env, options);
  if (code !== 0) {
    const words = redact(lastLine(stderr) || lastLine(stdout) || 'it said nothing', secretsOfExec(exec));
    throw new BerthError(
      'auth-failed',
      `The login plugin of context "${options.ref}" (${command}) failed: ${words}`,
      loginNeeded(options.loginCommand),
    );
  }
  const credential = readCredential(stdout);
  if (credential) return credential;
  throw new BerthError(
    'auth-failed',
    `The login plugin of context "${options.ref}" (${command}) did not answer with an ExecCredential that holds a token or a certificate.`,
    { hint: 'Run it in a terminal with the arguments of the kubeconfig and look at what it prints.' },
  );
}

/** What to do when a plugin cannot log in by itself (D14). `details.run` is the command alone, to be copied. */
export function loginNeeded(command: string): { hint: string; details: { run: string } } {
  return { hint: `Login needed: run \`${command}\` in a terminal.`, details: { run: command } };
}

function readCredential(stdout: string): ExecCredential | null {
  let status: Record<string, unknown> | undefined;
  try {
    status = (JSON.parse(stdout) as { status?: Record<string, unknown> } | null)?.status;
  } catch {
    return null;
  }
  if (!status) return null;
  const text = (name: string) => (typeof status[name] === 'string' && status[name] !== '' ? status[name] : null);
  const expiry = Date.parse(text('expirationTimestamp') ?? '');
  const credential = {
    token: text('token'),
    certificate: text('clientCertificateData'),
    key: text('clientKeyData'),
    expiresAt: Number.isNaN(expiry) ? null : expiry,
  };
  return credential.token === null && (credential.certificate === null || credential.key === null) ? null : credential;
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  options: ExecOptions,
): Promise<Finished> {
  const { ref, signal, timeoutMs } = options;
  return new Promise((done, failed) => {
    const grouped = process.platform !== 'win32';
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: grouped,
      windowsHide: true,
    });
    let problem: BerthError | null = null;
    const end = (error: BerthError) => {
      problem ??= error;
      if (child.pid === undefined) return;
      try {
        // A plugin may be a script around the real one: its group ends as a whole.
        process.kill(grouped ? -child.pid : child.pid, 'SIGKILL');
      } catch {
        // It ended just now.
      }
    };
    const late = setTimeout(
      () =>
        end(
          new BerthError(
            'timed-out',
            `The login plugin of context "${ref}" (${command}) did not finish within ${Math.round(timeoutMs / 1000)} s; it may be waiting for a browser or a terminal.`,
            loginNeeded(options.loginCommand),
          ),
        ),
      timeoutMs,
    );
    const abort = () => end(new BerthError('cancelled', 'The login was cancelled.'));
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    const collect = (stream: NodeJS.ReadableStream) => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maximumOutput)
          end(new BerthError('auth-failed', `The login plugin of context "${ref}" printed more than 1 MiB.`));
        else chunks.push(chunk);
      });
      return () => Buffer.concat(chunks).toString('utf8');
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.on('error', (error: NodeJS.ErrnoException) => {
      problem ??= new BerthError(
        'command-missing',
        `The login plugin of context "${ref}" (${command}) cannot be started: ${error.code ?? error.message}.`,
        {
          hint: 'Check that the program exists and may be run.',
        },
      );
    });
    child.on('close', (code) => {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
      if (problem) failed(problem);
      else done({ code: code ?? 1, stdout: stdout(), stderr: stderr() });
    });
  });
}

function ownVariables(exec: Fields): Record<string, string> {
  const variables: Record<string, string> = {};
  const list: unknown = exec['env'];
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    const { name, value } = (item ?? {}) as { name?: unknown; value?: unknown };
    if (typeof name === 'string' && typeof value === 'string') variables[name] = value;
  }
  return variables;
}

function clusterInfo(cluster: Fields): Record<string, unknown> {
  const extensions: unknown = cluster['extensions'];
  const config = (Array.isArray(extensions) ? (extensions as { name?: unknown; extension?: unknown }[]) : []).find(
    (each) => each?.name === 'client.authentication.k8s.io/exec',
  )?.extension;
  const kept = [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority-data',
    'proxy-url',
    'disable-compression',
  ];
  return {
    ...Object.fromEntries(kept.filter((name) => name in cluster).map((name) => [name, cluster[name]])),
    ...(config === undefined ? {} : { config }),
  };
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').trim().slice(0, 300);
}

/** Takes out what the plugin was given as a secret, and anything that reads like a token. */
function redact(text: string, secrets: readonly string[]): string {
  const without = secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  return without.replace(/\b(eyJ[\w-]{8,}[\w.-]*|[A-Za-z0-9+/_-]{60,}={0,2})/g, '…');
}
