import type { Environment } from './login-environment.ts';

/** D13: what a server and its credential plugins may know of the user's environment. */
const names = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'AWS_CA_BUNDLE',
  'USE_GKE_GCLOUD_AUTH_PLUGIN',
];
const prefixes = ['LC_', 'AWS_', 'AZURE_', 'GOOGLE_', 'CLOUDSDK_', 'OCI_', 'TSH_', 'KUBELOGIN_', 'KRB5', 'XDG_'];

/** Without these, programs on Windows do not find their own libraries and folders. */
const windowsNames = [
  'SystemRoot',
  'SystemDrive',
  'windir',
  'ComSpec',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'ProgramW6432',
  'CommonProgramFiles',
  'USERPROFILE',
  'USERNAME',
  'USERDOMAIN',
  'HOMEDRIVE',
  'HOMEPATH',
  'PUBLIC',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
];

/**
 * The whole environment of a server: the allowed part of the login shell's, then what preset and user add, which is taken as
 * it is. Nothing of Berth's own gets in.
 */
export function serverEnvironment(
  login: Environment,
  extra: Environment = {},
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const windows = platform === 'win32';
  // Windows does not tell upper from lower case in names, and `Path` is how it is mostly written.
  const key = (name: string) => (windows ? name.toUpperCase() : name);
  const allowed = new Set([...names, ...(windows ? windowsNames : [])].map(key));
  const isAllowed = (name: string) => allowed.has(key(name)) || prefixes.some((prefix) => key(name).startsWith(prefix));

  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(login)) {
    if (value !== undefined && isAllowed(name)) env[name] = value;
  }
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) continue;
    const same = Object.keys(env).find((known) => key(known) === key(name));
    if (same !== undefined) delete env[same];
    env[name] = value;
  }
  return env;
}
