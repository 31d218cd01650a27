import type { ClientRequest } from 'node:http';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { BerthError } from '../../../contract/errors.ts';

/** What a server showed, as far as people need it. */
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** As TLS libraries print it, e.g. `Nov 21 12:00:00 2026 GMT`. */
  readonly validTo: string;
  readonly names: string;
}

/** Remembers what the far end of a request shows, since Node forgets it when it refuses it. */
export function noteCertificate(request: ClientRequest, note: (shown: ShownCertificate) => void): void {
  request.once('socket', (socket) => {
    if (request.reusedSocket || !('getPeerCertificate' in socket)) return;
    const secure = socket as TLSSocket;
    // Told before Node verifies: `secureConnect` never comes for a certificate that it refuses.
    secure.prependOnceListener('secure', () => {
      const certificate = secure.getPeerCertificate();
      if (certificate?.subject) note(factsOf(certificate));
    });
  });
}

/**
 * `untrusted` when a request failed over the far end's certificate; null when it was something else. Trying again does not help.
 */
export function certificateError(error: Error, url: URL, shown: ShownCertificate | null): BerthError | null {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const found = problems.find(({ codes }) => codes.test(code));
  if (!found) return null;
  const facts = shown
    ? ` It is for ${shown.subject}, issued by ${shown.issuer}, valid until ${shown.validTo}.`
    : ` ${message}.`;
  return new BerthError('untrusted', `The certificate of ${url.host} ${found.what}.${facts}`, {
    hint: found.remedy(url, shown),
    details: { host: url.host, tls: code, ...shown },
    cause: error,
  });
}

const problems: readonly {
  readonly codes: RegExp;
  readonly what: string;
  readonly remedy: (url: URL, shown: ShownCertificate | null) => string;
}[] = [
  {
    codes: /^CERT_HAS_EXPIRED$/,
    what: 'has expired',
    remedy: () => 'Whoever runs the server has to renew it. If it is valid, check the clock of this machine.',
  },
  { codes: /^CERT_NOT_YET_VALID$/, what: 'is not valid yet', remedy: () => 'Check the clock of this machine.' },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    what: 'is for another name',
    remedy: (url, shown) =>
      `Use a name of the certificate in the option "url" in the place of ${url.hostname}${shown?.names ? `: ${shown.names}` : ''}.`,
  },
  {
    codes: /CERT|SELF_SIGNED|VERIFY/,
    what: 'comes from an authority that this machine does not know',
    remedy: (_url, shown) =>
      `Set the option "ca-file" to a PEM file with the certificate of ${shown?.issuer ?? 'the authority'}. Behind a proxy that opens TLS, SSL_CERT_FILE of your login shell does it for all.`,
  },
];

function factsOf(certificate: PeerCertificate): ShownCertificate {
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    validTo: certificate.valid_to,
    names: (certificate.subjectaltname ?? '').replaceAll(/(DNS|IP Address):/g, '').slice(0, 200),
  };
}

function nameOf(entity: PeerCertificate['subject'] | undefined): string {
  const name: unknown = entity?.CN ?? entity?.O;
  return `"${String(Array.isArray(name) ? name[0] : (name ?? 'unknown')).slice(0, 100)}"`;
}
