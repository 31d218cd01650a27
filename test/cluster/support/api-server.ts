import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../../e2e/support/child.ts';
import { freePort } from '../../e2e/support/free-port.ts';
import { eventually } from '../../e2e/support/processes.ts';
import { askKube, type KubeAnswer, type KubePeer } from './kube-rest.ts';

/** A user that the API server knows by a bearer token. `system:masters` is admin; any other group has what RBAC gives it. */
export interface ApiUser {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

/** One line of the audit log: what the API server itself says about who asked what. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent: string;
  readonly code: number;
}

/**
 * A real kube-apiserver with etcd (test/cluster/apiserver) on a port and in a folder of its own. Its data, port and
 * certificates outlive `stop()`, so `start()` brings the same cluster back.
 */
export class ApiServer {
  readonly name: string;
  readonly users: ApiUser[];
  readonly #binary: string;
  readonly #withoutAdmission: readonly string[];
  readonly #folder: string;
  #port = 0;
  #process: Child | null = null;

  /** `withoutAdmission`: admission plugins that stand in for controllers which do not run here. */
  constructor(name: string, folder: string, users: readonly ApiUser[], withoutAdmission: readonly string[] = []) {
    this.#binary = builtBinary();
    this.#withoutAdmission = ['ServiceAccount', ...withoutAdmission];
    this.name = name;
    this.#folder = folder;
    this.users = [...users];
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  get caFile(): string {
    return this.#path('certs', 'apiserver.crt');
  }

  get pid(): number {
    if (!this.#process) throw new Error(`the API server ${this.name} does not run`);
    return this.#process.pid;
  }

  token(user: string): string {
    const found = this.users.find((candidate) => candidate.name === user);
    if (!found) throw new Error(`the API server ${this.name} has no user ${user}`);
    return found.token;
  }

  /** Resolves when `/readyz` answers 200. The users are read anew at each start. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    mkdirSync(this.#path('certs'), { recursive: true });
    const tokens = this.users.map(({ token, name, groups }) => `${token},${name},${name},"${groups.join(',')}"`);
    writeFileSync(this.#path('tokens.csv'), `${tokens.join('\n')}\n`, { mode: 0o600 });
    writeFileSync(this.#path('audit-policy.yaml'), auditPolicy);
    if (this.#process === null) this.#makeServiceAccountKey();
    this.#process = new Child(this.#binary, this.#flags(), { env: { PATH: process.env['PATH'] ?? '' } });
    const ready = await eventually(() => this.#answersReady(), 120_000);
    if (!ready)
      throw new Error(`the API server ${this.name} did not become ready:\n${this.#process.stderr.slice(-4000)}`);
  }

  /** Ends it by its pid, as a crash or a power cut would; what it had stored stays. */
  async stop(): Promise<void> {
    if (!this.#process) return;
    this.#process.signal('SIGKILL');
    await this.#process.exited;
  }

  /** The API as `user` (or whoever has that token) reaches it. */
  peer(user: string): KubePeer {
    return this.peerWith(this.token(user));
  }

  peerWith(token: string): KubePeer {
    return { url: this.url, ca: readFileSync(this.caFile, 'utf8'), token };
  }

  ask(user: string, method: string, path: string, body?: unknown): Promise<KubeAnswer> {
    return askKube(this.peer(user), { method, path, body });
  }

  /** Like `ask` as an admin, for setting a test up: any status of 300 or more rejects. */
  async change(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await askKube(this.peerWith(this.#adminToken()), { method, path, body });
    if (answer.code >= 300) throw new Error(`${method} ${path}: ${answer.code} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Everything that was asked of it so far, oldest first. */
  audit(): AuditEvent[] {
    return readFileSync(this.#path('audit.log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const event = JSON.parse(line) as Omit<AuditEvent, 'code'> & { responseStatus?: { code?: number } };
        const { verb, requestURI, user, userAgent, responseStatus } = event;
        return { verb, requestURI, user, userAgent, code: responseStatus?.code ?? 0 };
      });
  }

  #path(...names: string[]): string {
    return join(this.#folder, ...names);
  }

  async #answersReady(): Promise<boolean> {
    if (!this.#process?.running) throw new Error(`the API server ${this.name} ended:\n${this.#process?.stderr}`);
    // Its certificate is there before it listens.
    if (!existsSync(this.caFile)) return false;
    const answer = await askKube(this.peerWith(this.#adminToken()), { path: '/readyz' }).catch(notYet);
    return answer?.code === 200;
  }

  #adminToken(): string {
    const admin = this.users.find(({ groups }) => groups.includes('system:masters'));
    if (!admin) throw new Error(`the API server ${this.name} has no user in system:masters`);
    return admin.token;
  }

  #makeServiceAccountKey(): void {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(this.#path('sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }

  #flags(): string[] {
    return [
      `--etcd-data-dir=${this.#path('etcd')}`,
      `--secure-port=${this.#port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${this.#path('certs')}`,
      `--service-account-issuer=${this.url}`,
      `--service-account-key-file=${this.#path('sa.key')}`,
      `--service-account-signing-key-file=${this.#path('sa.key')}`,
      `--token-auth-file=${this.#path('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/12',
      `--disable-admission-plugins=${this.#withoutAdmission.join(',')}`,
      `--audit-policy-file=${this.#path('audit-policy.yaml')}`,
      `--audit-log-path=${this.#path('audit.log')}`,
      '--audit-log-mode=blocking',
    ];
  }
}

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`;

function builtBinary(): string {
  const binary = process.env['BERTH_TEST_APISERVER'];
  if (!binary) throw new Error('BERTH_TEST_APISERVER names no API server: run these tests with "npm run test:cluster"');
  return binary;
}

/** A connection that is refused or reset means that it is not up yet. */
function notYet(error: NodeJS.ErrnoException): null {
  if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') return null;
  throw error;
}
