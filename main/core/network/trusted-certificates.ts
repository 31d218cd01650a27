import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import * as tls from 'node:tls';
import { BerthError } from '../../../contract/errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Whom Berth trusts for connections of its own. */
export interface TrustedCertificates {
  /** PEM, one certificate each, each once: for `ca` of node:tls. The same array as long as nothing changed. */
  readonly ca: readonly string[];
  /** Where they come from, in words; the first is always the runtime's own list. */
  readonly sources: readonly string[];
  /** Sentences about files that a variable names and that are of no use. */
  readonly problems: readonly string[];
}

/** Where Go looks on Linux (crypto/x509/root_linux.go): the first one that is there counts. */
const LINUX_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const LARGEST_FILE = 16 * 1024 * 1024;

interface Remembered<T> {
  readonly stamp: string;
  readonly value: T;
}
/** Files that did not change since are not read and parsed again: a bundle takes some milliseconds. */
const files = new Map<string, Remembered<readonly string[]>>();
const unions = new Map<string, Remembered<TrustedCertificates>>();

/**
 * The runtime's authorities, the machine's (or those of SSL_CERT_FILE in their place, as Go has it), SSL_CERT_DIR's, NODE_EXTRA_CA_CERTS's and
 * those of `extraFiles`. What a variable names and cannot be used is told in `problems`; an extra file that is missing or holds no
 * certificate rejects with `invalid-config`. Node itself reads these variables only when it starts, and a desktop starts apps without them.
 */
export async function trustedCertificates(env: Env, extraFiles: readonly string[] = []): Promise<TrustedCertificates> {
  const problems: string[] = [];
  const parts: { source: string; stamp: string; certificates: readonly string[] }[] = [];
  const addFrom = async (variable: string, path: string) => {
    try {
      parts.push({ source: `${variable} ${path}`, ...(await certificatesAt(path)) });
    } catch (error) {
      problems.push(`${variable} is ignored: ${(error as Error).message}`);
    }
  };
  const own = env['SSL_CERT_FILE'];
  if (own) await addFrom('SSL_CERT_FILE', own);
  else parts.push(await machineCertificates());
  for (const folder of (env['SSL_CERT_DIR'] ?? '').split(delimiter).filter((each) => each !== '')) {
    parts.push(await certificatesIn(folder, problems));
  }
  const more = env['NODE_EXTRA_CA_CERTS'];
  if (more) await addFrom('NODE_EXTRA_CA_CERTS', more);
  for (const path of extraFiles) parts.push({ source: path, ...(await certificatesAt(path)) });

  const key = JSON.stringify(parts.map(({ source }) => source));
  const stamp = JSON.stringify(parts.map((part) => part.stamp));
  const known = unions.get(key);
  if (known?.stamp === stamp && known.value.problems.join() === problems.join()) return known.value;
  const filled = parts.filter(({ certificates }) => certificates.length > 0);
  const value = {
    ca: [...new Set([...tls.rootCertificates, ...filled.flatMap(({ certificates }) => certificates)].map(tidy))],
    sources: ['the authorities that come with Berth', ...filled.map(({ source }) => source)],
    problems,
  };
  unions.set(key, { stamp, value });
  return value;
}

/** The certificates of a PEM file, in its order. Rejects with `invalid-config` when it cannot be read or holds none. */
export async function readCertificates(path: string): Promise<readonly string[]> {
  return (await certificatesAt(path)).certificates;
}

async function certificatesAt(path: string): Promise<{ certificates: readonly string[]; stamp: string }> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    const known = files.get(path);
    if (known?.stamp === stamp) return { certificates: known.value, stamp };
    if (size > LARGEST_FILE) throw unusable(path, 'is too large for a file of certificates');
    const certificates = parse(await readFile(path), path);
    files.set(path, { stamp, value: certificates });
    return { certificates, stamp };
  } catch (error) {
    if (error instanceof BerthError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw unusable(path, `cannot be read: ${code}`, 'Correct the path, or the rights of the file.');
  }
}

/** Every file in a folder, as Go has it; what holds no certificate is passed over. */
async function certificatesIn(folder: string, problems: string[]) {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    problems.push(`SSL_CERT_DIR is ignored: ${folder} cannot be read: ${error.code ?? error.message}`);
    return [];
  });
  const read = await Promise.all(names.sort().map((name) => certificatesAt(join(folder, name)).catch(() => null)));
  const found = read.filter((each) => each !== null);
  return {
    source: `SSL_CERT_DIR ${folder}`,
    stamp: found.map(({ stamp }) => stamp).join(),
    certificates: found.flatMap(({ certificates }) => certificates),
  };
}

/** The machine's own authorities, to which companies add theirs. */
async function machineCertificates() {
  const source = "the machine's authorities";
  // From Node 22.15 on, also in Electron; @types/node is that of the oldest Node that Berth runs on.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => string[] };
  if (getCACertificates) return { source, stamp: 'runtime', certificates: getCACertificates('system') };
  if (process.platform !== 'linux') return { source, stamp: 'unknown', certificates: [] };
  for (const path of LINUX_BUNDLES) {
    const read = await certificatesAt(path).catch(() => null);
    if (read) return { source: `${source} in ${path}`, ...read };
  }
  return { source, stamp: 'none', certificates: [] };
}

function parse(content: Buffer, path: string): string[] {
  const text = content.toString('latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    const der = isCertificate(content);
    throw unusable(
      path,
      der ? 'holds a certificate in DER, not in PEM' : 'holds no certificate in PEM',
      der ? `Convert it: openssl x509 -inform der -in '${path}' -out ca.pem` : undefined,
    );
  }
  const good = blocks.filter((block) => isCertificate(block));
  if (good.length === 0) throw unusable(path, 'holds a certificate that is damaged');
  return good.map(tidy);
}

function isCertificate(content: string | Buffer): boolean {
  try {
    return new X509Certificate(content).serialNumber !== '';
  } catch {
    return false;
  }
}

function tidy(pem: string): string {
  return `${pem.replaceAll('\r', '').trim()}\n`;
}

function unusable(path: string, what: string, hint?: string): BerthError {
  return new BerthError('invalid-config', `The certificate file ${path} ${what}.`, {
    hint:
      hint ??
      'Give the path of a file with certificates between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----.',
  });
}
