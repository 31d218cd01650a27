import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';

const certificateProblems: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'its certificate is self-signed and not the authority of the kubeconfig',
    'Fetch the kubeconfig again: the cluster may have been rebuilt.',
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate comes from an authority that the kubeconfig does not name',
    'Fetch the kubeconfig again. Behind a proxy that opens TLS, add its authority to certificate-authority-data.',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'its certificate was not signed by the authority of the kubeconfig',
    'Fetch the kubeconfig again: the cluster may have been rebuilt.',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'its certificate comes from an unknown authority',
    'Add certificate-authority-data to the cluster in the kubeconfig.',
  ],
  UNABLE_TO_GET_ISSUER_CERT: [
    'its certificate comes from an unknown authority',
    'Add certificate-authority-data to the cluster in the kubeconfig.',
  ],
  CERT_SIGNATURE_FAILURE: [
    'its certificate was not signed by the authority of the kubeconfig',
    'Fetch the kubeconfig again: the cluster may have been rebuilt.',
  ],
  CERT_HAS_EXPIRED: [
    'its certificate has expired',
    'Renew the certificate of the API server, or check the clock of this machine.',
  ],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'Check the clock of this machine.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for other names',
    'Correct `server:` in the kubeconfig, or set tls-server-name to a name of the certificate.',
  ],
  EPROTO: [
    'it does not speak TLS, or not a version of it that is safe',
    'Check the port in `server:`; for plain HTTP the URL begins with http://.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'it does not speak TLS',
    'Check the port in `server:`; for plain HTTP the URL begins with http://.',
  ],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['it wants a client certificate', 'Use a context whose user has one.'],
};

const networkProblems: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOTFOUND: ['the name is not known', 'Connect the VPN, or correct `server:` in the kubeconfig.'],
  EAI_AGAIN: ['the name could not be looked up', 'Check the network connection and the DNS server.'],
  ECONNREFUSED: ['nothing listens there', 'Start the cluster, or correct the port in `server:`.'],
  ECONNRESET: ['the connection was cut', 'Check the VPN and what stands between this machine and the cluster.'],
  EHOSTUNREACH: ['there is no way to it', 'Connect the VPN.'],
  ENETUNREACH: ['there is no way to its network', 'Connect the VPN.'],
  ETIMEDOUT: ['it does not answer', 'Connect the VPN, or start the cluster.'],
  EPIPE: ['the connection was cut', 'Check the VPN and what stands between this machine and the cluster.'],
};

/** What went wrong between this machine and a peer, in words: `what` completes "HOST cannot be reached: …". */
export function explainNetworkError(error: unknown): { what: string; remedy: string; certificate: boolean } {
  if (error instanceof BerthError) return { what: error.message, remedy: error.hint ?? '', certificate: false };
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = (first as NodeJS.ErrnoException | null)?.code ?? '';
  const certificate = certificateProblems[code];
  if (certificate) return { what: certificate[0], remedy: certificate[1], certificate: true };
  const network = networkProblems[code];
  if (network) return { what: network[0], remedy: network[1], certificate: false };
  const message = first instanceof Error ? first.message : String(first);
  return {
    what: code ? `${message} (${code})` : message,
    remedy: 'Check the network between this machine and the cluster.',
    certificate: false,
  };
}

/** The same as an error of Berth's, about `host`. */
export function unreachable(host: string, error: unknown): ErrorInfo {
  if (error instanceof BerthError && error.code !== 'timed-out') return error.toInfo();
  const { what, remedy } = explainNetworkError(error);
  return {
    code: 'unreachable',
    message: `The API server ${host} cannot be reached: ${what}.`.replace('..', '.'),
    hint: remedy,
  };
}
