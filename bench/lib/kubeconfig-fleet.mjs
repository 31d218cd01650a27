import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Certificates are costly to make and alike to read: so many kinds are made and used in turn. */
const CERTIFICATES = 8;

/**
 * Writes `files` kubeconfigs with `each` contexts, as a company with many clusters has them: every cluster with its authority, and of ten
 * users six with a client certificate and key, two with a login program and two with a JWT. Answers the paths, in order.
 */
export async function writeFleet(folder, { files = 20, each = 50 } = {}) {
  mkdirSync(folder, { recursive: true });
  const pairs = await Promise.all(Array.from({ length: CERTIFICATES }, (_, index) => certificate(`fleet-${index}`)));
  return Array.from({ length: files }, (_, file) => {
    const path = join(folder, `fleet-${String(file).padStart(2, '0')}.yaml`);
    writeFileSync(path, kubeconfigText(file, each, pairs), { mode: 0o600 });
    return path;
  });
}

async function certificate(name) {
  const end = new Date(Date.now() + 365 * 86_400_000);
  const made = await generate([{ name: 'commonName', value: name }], { keySize: 2048, notAfterDate: end });
  const data = (pem) => Buffer.from(pem).toString('base64');
  return { certificate: data(made.cert), key: data(made.private) };
}

function kubeconfigText(file, each, pairs) {
  const names = Array.from({ length: each }, (_, index) => {
    const number = String(file * each + index).padStart(4, '0');
    return { number, pair: pairs[(file * each + index) % pairs.length], kind: index % 10 };
  });
  const clusters = names.map(
    ({ number, pair }) => `- cluster:
    certificate-authority-data: ${pair.certificate}
    server: https://api-${number}.fleet.example.com:6443
  name: cluster-${number}`,
  );
  const contexts = names.map(
    ({ number }) => `- context:
    cluster: cluster-${number}
    namespace: team-${Number(number) % 17}
    user: user-${number}
  name: fleet-${number}`,
  );
  const users = names.map(
    ({ number, pair, kind }) => `- name: user-${number}\n  user:\n${userText(number, pair, kind)}`,
  );
  return `apiVersion: v1
kind: Config
preferences: {}
current-context: fleet-${names[0].number}
clusters:
${clusters.join('\n')}
contexts:
${contexts.join('\n')}
users:
${users.join('\n')}
`;
}

function userText(number, pair, kind) {
  if (kind < 6) return `    client-certificate-data: ${pair.certificate}\n    client-key-data: ${pair.key}`;
  if (kind < 8) {
    return `    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - eks
      - get-token
      - --cluster-name
      - cluster-${number}
      command: aws
      env:
      - name: AWS_PROFILE
        value: team-${number}
      interactiveMode: IfAvailable
      provideClusterInfo: false`;
  }
  return `    token: ${jwt(number)}`;
}

/** A service account's token as an API server signs it, with a random signature. */
function jwt(number) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    aud: ['https://kubernetes.default.svc.cluster.local'],
    exp: Math.floor(Date.now() / 1000) + 86_400 * 30,
    iss: 'https://kubernetes.default.svc.cluster.local',
    'kubernetes.io': {
      namespace: 'default',
      serviceaccount: { name: `robot-${number}`, uid: randomBytes(16).toString('hex') },
    },
    sub: `system:serviceaccount:default:robot-${number}`,
  };
  const kid = createHash('sha256').update(number).digest('base64url');
  return `${part({ alg: 'RS256', kid })}.${part(claims)}.${randomBytes(256).toString('base64url')}`;
}
