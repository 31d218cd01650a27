import { X509Certificate } from 'node:crypto';
import type { Agent } from 'node:http';
import { createSecureContext } from 'node:tls';
import { BerthError } from '../../../contract/errors.ts';
import { agentFor } from '../network/agent-for.ts';
import type { TlsOptions } from '../network/proxy-agents.ts';
import { readCertificates, trustedCertificates } from '../network/trusted-certificates.ts';
import type { PlannedConnection } from '../presets/launch-plan.ts';

/**
 * The agent for one server: the way that the plan tells, and whom it trusts there. Rejects with `invalid-config` for a certificate file
 * that cannot be used or a proxy that is no URL, `unsupported` for one that is not HTTP.
 */
export async function agentForServer(url: URL, connection: PlannedConnection | undefined): Promise<Agent> {
  if (!connection) return agentFor(url, {});
  const { env, caFile, pinnedFile } = connection;
  // A wrong file is said even where it is not needed; else it would be found out when the URL changes.
  if (caFile !== null) await readCertificates(caFile);
  if (url.protocol !== 'https:') return agentFor(url, env);
  if (pinnedFile !== null)
    return agentFor(url, env, { tls: pinned(await readCertificates(pinnedFile), url, pinnedFile) });
  const { ca } = await trustedCertificates(env, caFile === null ? [] : [caFile]);
  return agentFor(url, env, { ca });
}

/** Takes the first certificate of the file and no other; what follows it there may be the chain that it was signed by. */
function pinned(certificates: readonly string[], url: URL, file: string): TlsOptions {
  const expected = new X509Certificate(certificates[0] ?? '').fingerprint256;
  return {
    // Of a certificate that is in hand, nobody needs to vouch for the issuer.
    secureContext: createSecureContext({ ca: [...certificates], allowPartialTrustChain: true }),
    // Nor for the name: it is compared as a whole.
    checkServerIdentity: (_name, shown) =>
      shown.fingerprint256 === expected
        ? undefined
        : new BerthError('untrusted', `The server at ${url.host} shows another certificate than the one in ${file}.`, {
            hint: 'If the file was replaced, restart the server. If not, another program may listen there.',
          }),
  };
}
