import type { CheckResult } from '../../../contract/model/doctor.ts';
import type { ApiConnection } from './api-connection.ts';
import { type NetworkLimits, tryTls } from './network-checks.ts';

/** The API server's certificate ends so soon that it is a warning, in days. */
const SOON_DAYS = 7;

interface TlsFinding {
  readonly outcome: CheckResult['outcome'];
  readonly evidence: string;
  readonly remedy?: string;
  /** Always true: the next rungs may be tried. */
  readonly value: true;
}

/** The rung about TLS: what was agreed, who issued the certificate and whose word was taken for it. Rejects with why there is no TLS. */
export async function checkTls(connection: ApiConnection, limits: NetworkLimits): Promise<TlsFinding> {
  if (connection.server.protocol === 'http:') {
    return {
      outcome: 'warn',
      evidence: 'plain HTTP: nothing is encrypted',
      remedy: 'Use an https:// URL, unless this is a local proxy.',
      value: true,
    };
  }
  const { protocol, issuer, validTo, verified } = await tryTls(connection, limits);
  const via = connection.proxyName ? ` through ${connection.proxyName.shown}` : '';
  if (!verified) {
    return {
      outcome: 'warn',
      evidence: `${protocol}${via}, not verified (insecure-skip-tls-verify)`,
      remedy: 'Set certificate-authority-data instead.',
      value: true,
    };
  }
  const until = validTo ? `, valid until ${validTo.toISOString().slice(0, 10)}` : '';
  const evidence = `${protocol}${via}, issued by ${issuer}${until}; trusted by ${connection.trust}`;
  const days = validTo ? (validTo.getTime() - Date.now()) / 86_400_000 : Number.POSITIVE_INFINITY;
  if (days >= SOON_DAYS) return { outcome: 'pass', evidence, value: true };
  return { outcome: 'warn', evidence, remedy: 'Renew the certificate of the API server.', value: true };
}
