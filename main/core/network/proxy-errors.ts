import { BerthError } from '../../../contract/errors.ts';

/** A proxy as errors and evidence name it. */
export interface ProxyName {
  /** Without user and password, e.g. `http://proxy.example:3128`. */
  readonly shown: string;
  /** What the user set it with: `HTTPS_PROXY`, `proxy-url`. */
  readonly from: string;
  /** Whether it was given with a user or a password. */
  readonly withLogin: boolean;
}

/** Names a proxy without its password. */
export function nameProxy(proxy: URL, from: string): ProxyName {
  return {
    shown: `${proxy.protocol}//${proxy.host}`,
    from,
    withLogin: proxy.username !== '' || proxy.password !== '',
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it cut the connection',
  EPIPE: 'it cut the connection',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it does not answer',
};

/** The way to the proxy failed, or the proxy did before it said anything about `target` (HOST:PORT). */
export function proxyUnreachable(proxy: ProxyName, target: string, error: unknown): BerthError {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = (first as NodeJS.ErrnoException | null)?.code ?? '';
  const message = first instanceof Error ? first.message : String(first);
  if (/CERT|SELF_SIGNED|VERIFY/.test(code)) {
    return new BerthError('untrusted', `The certificate of the proxy ${proxy.shown} is not trusted: ${message}.`, {
      hint: 'Put the authority of your company into SSL_CERT_FILE or NODE_EXTRA_CA_CERTS in the start-up files of your shell, and start Berth anew.',
      cause: error,
    });
  }
  const why = /ended before receiving CONNECT/.test(message) ? reasons['ECONNRESET'] : (reasons[code] ?? message);
  return new BerthError('unreachable', `The proxy ${proxy.shown} cannot be used for ${target}: ${why}.`, {
    hint: `Check ${proxy.from}, and whether the proxy is up and the VPN connected. If ${hostOnly(target)} is to be reached directly, add it to NO_PROXY.`,
    cause: error,
  });
}

/** The proxy did not answer CONNECT with 200. `schemes`: its Proxy-Authenticate. */
export function proxyRefusal(proxy: ProxyName, target: string, status: number, schemes: string): BerthError {
  if (status === 407) return loginWanted(proxy, schemes);
  const host = hostOnly(target);
  if (status >= 500) {
    return new BerthError('unreachable', `The proxy ${proxy.shown} cannot reach ${target} (HTTP ${status}).`, {
      hint: `Check the name and the port. If ${host} is to be reached directly, add it to NO_PROXY.`,
    });
  }
  return new BerthError('unreachable', `The proxy ${proxy.shown} does not let ${target} through (HTTP ${status}).`, {
    hint: `Ask who runs the proxy to allow it, or add ${host} to NO_PROXY if it can be reached directly.`,
  });
}

function loginWanted(proxy: ProxyName, schemes: string): BerthError {
  const said = proxy.withLogin ? 'refused the user and password' : 'wants a user and a password';
  const basic = schemes === '' || /\bbasic\b/i.test(schemes);
  return new BerthError('auth-failed', `The proxy ${proxy.shown} ${said} (HTTP 407).`, {
    hint: basic
      ? `Write them into ${proxy.from} as http://USER:PASSWORD@HOST:PORT, special characters percent-encoded (@ is %40)${proxy.from === 'proxy-url' ? '' : ', and start Berth anew'}.`
      : `It offers ${schemes.slice(0, 80)}, and Berth logs in to proxies with Basic only. Run a local proxy that does the login (px, cntlm) and name that one in ${proxy.from}.`,
  });
}

function hostOnly(target: string): string {
  return target.replace(/:\d+$/, '');
}
