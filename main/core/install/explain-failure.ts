import { BerthError, type ErrorCode } from '../../../contract/errors.ts';
import type { InstallRoute } from '../../../contract/model/install.ts';
import type { CommandEnd } from './run-command.ts';

interface KnownFailure {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
}

const space = /no space left on device|ENOSPC|disk quota exceeded/i;
const everywhere: readonly KnownFailure[] = [
  {
    pattern: space,
    code: 'start-failed',
    what: 'the disk is full',
    remedy: 'Make room, then try again; what was begun has been removed.',
  },
  {
    pattern:
      /x509: |certificate signed by unknown authority|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|SSL certificate problem/i,
    code: 'unreachable',
    what: 'a certificate comes from an unknown authority',
    remedy:
      'Behind a proxy that opens TLS, let your login shell set SSL_CERT_FILE (Go, git) or NODE_EXTRA_CA_CERTS (npm) to its authority.',
  },
];

const network =
  /dial tcp|i\/o timeout|connection refused|no such host|network is unreachable|proxyconnect|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|Could not resolve host|Failed to connect/i;

const byRoute: Readonly<Record<InstallRoute, readonly KnownFailure[]>> = {
  go: [
    {
      pattern: /requires go >= ?([\d.]+)/i,
      code: 'unsupported',
      what: 'your Go is too old for it',
      remedy: 'Install a newer Go (https://go.dev/dl), or let it fetch one itself with GOTOOLCHAIN=auto.',
    },
    {
      pattern: /\b(404 Not Found|410 Gone|403 Forbidden)\b|unknown revision|no matching versions|not found: module/i,
      code: 'not-found',
      what: 'Go’s module proxy does not serve it',
      remedy:
        'See which proxy is asked with `go env GOPROXY`; a company proxy may have to be told to serve it. Or take the program from its releases and name it in the option "program".',
    },
    {
      pattern: network,
      code: 'unreachable',
      what: 'Go’s module proxy cannot be reached',
      remedy: 'Check the network, `go env GOPROXY` and HTTPS_PROXY; then try again.',
    },
  ],
  npm: [
    {
      pattern: /\bE40[13]\b/,
      code: 'unauthorized',
      what: 'the registry wants a login',
      remedy: 'Log in with `npm login`, then try again.',
    },
    {
      pattern: /\bE404\b|ETARGET/,
      code: 'not-found',
      what: 'the registry does not have it',
      remedy: 'A company registry may have to be told to mirror it; `npm config get registry` says which one is asked.',
    },
    {
      pattern: /EINTEGRITY/,
      code: 'protocol',
      what: 'a file that the registry sent has another sha512',
      remedy: 'Try again. If it stays so, tell whoever runs the registry.',
    },
    {
      pattern: network,
      code: 'unreachable',
      what: 'the registry cannot be reached',
      remedy: 'Check the network and `npm config get registry`, then try again.',
    },
  ],
  krew: [
    {
      pattern: /does not exist in (the )?(plugin )?index|can't find|cannot find plugin/i,
      code: 'not-found',
      what: 'krew’s index does not have it',
      remedy: 'Try `kubectl krew update`, or use another way.',
    },
    {
      pattern: /does not offer installation for this platform/i,
      code: 'unsupported',
      what: 'krew has it not for this machine',
      remedy: 'Use another way.',
    },
    {
      pattern: network,
      code: 'unreachable',
      what: 'what krew downloads from cannot be reached',
      remedy: 'krew needs github.com. Check the network and HTTPS_PROXY, or use another way.',
    },
  ],
};

const names: Readonly<Record<InstallRoute, string>> = { go: 'go', npm: 'npm', krew: 'krew' };

/** What a command that failed says, as an error with a remedy. Its last words are in the details. */
export function explainCommandFailure(route: InstallRoute, title: string, end: CommandEnd): BerthError {
  const text = end.lines.join('\n');
  const known = [...everywhere, ...byRoute[route]].find(({ pattern }) => pattern.test(text));
  const telling = known?.pattern ?? /error|fatal|not found|fail|denied/i;
  const last = [...end.lines].reverse().find((line) => telling.test(line)) ?? end.lines.at(-1);
  const how = end.code === null ? 'was ended by a signal' : `ended with exit code ${end.code}`;
  const said = last === undefined ? '' : ` It said: ${last.trim().slice(0, 300)}`;
  return new BerthError(
    known?.code ?? 'start-failed',
    known
      ? `${title} could not be installed: ${known.what}.${said}`
      : `${title} could not be installed: ${names[route]} ${how}.${said}`,
    {
      hint: known?.remedy ?? 'Its whole output is above. Correct what it says, or use another way.',
      details: { lines: end.lines },
    },
  );
}

/** What the system says about Berth's folder, as an error with a remedy; anything else stays as it is. */
export function explainDiskFailure(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new BerthError('start-failed', `The disk that holds ${folder} is full.`, {
      hint: 'Make room, then try again; what was begun has been removed.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new BerthError('start-failed', `Berth may not write into ${folder}: ${code}.`, {
      hint: 'Give yourself the permission for this folder, or set BERTH_HOME to another one.',
      cause: error,
    });
  }
  return error;
}
