type Env = Readonly<Record<string, string | undefined>>;

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
const NAMES = [...PROXIES, 'NO_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];

/** Of an environment, what decides how Berth's own connections go: proxies, and whom to trust. */
export function connectionEnvironment(env: Env): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Passwords in the URLs of proxies, as they are written and as they are sent: never to be stored or shown. */
export function proxyPasswords(env: Env): string[] {
  const found = PROXIES.flatMap((name) => passwordsIn(env[name] ?? ''));
  return [...new Set(found)];
}

/** The password in one URL, in both forms; none where there is none, or where it is too short to be told from other text. */
export function passwordsIn(url: string): string[] {
  const text = url.includes('://') ? url : `http://${url}`;
  const { password } = URL.canParse(text) ? new URL(text) : { password: '' };
  return [...new Set([password, decoded(password)])].filter((each) => each.length >= 4);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
