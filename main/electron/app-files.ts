import { join, normalize, sep } from 'node:path';

/** Scheme and origin of the window's pages. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://berth';
export const APP_URL = `${APP_ORIGIN}/`;

/** True for an address of the window itself; by parsed URL, since `startsWith` takes `app://berth.example` for ours. */
export function isAppUrl(address: string): boolean {
  const url = parse(address);
  return url !== null && url.protocol === `${APP_SCHEME}:` && url.host === 'berth' && !url.username && !url.password;
}

/** The file of the window's folder that an address means; null for any address that is not ours or would leave the folder. */
export function appFile(folder: string, address: string): string | null {
  const url = parse(address);
  if (url === null || !isAppUrl(address)) return null;
  const path = decode(url.pathname === '/' || url.pathname === '' ? '/index.html' : url.pathname);
  if (path === null || path.includes('\0') || path.includes('\\')) return null;
  const root = normalize(folder);
  const file = join(root, path);
  return file.startsWith(root.endsWith(sep) ? root : root + sep) ? file : null;
}

function parse(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
