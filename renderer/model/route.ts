/** The pages, in the order of the navigation. */
export const pages = ['servers', 'contexts', 'clients', 'activity', 'inspector', 'doctor', 'logs', 'settings'] as const;
export type PageName = (typeof pages)[number];

/** Where the window is: `#/servers/SLUG/tools`, `#/logs?server=SLUG`. */
export interface Route {
  readonly page: PageName;
  /** What follows the page, decoded. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** The route that a location's hash names; what is not known is the home page. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page, ...rest] = path.split('/').filter(Boolean).map(decode);
  const known = pages.find((name) => name === page);
  if (!known) return { page: 'servers', path: [], query: {} };
  return { page: known, path: rest, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The hash of a route. */
export function routeHash(page: PageName, path: readonly string[] = [], query: Readonly<Record<string, string>> = {}) {
  const search = new URLSearchParams(query).toString();
  return `#/${[page, ...path].map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
