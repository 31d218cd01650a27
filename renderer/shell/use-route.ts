import { useMemo, useSyncExternalStore } from 'react';
import { type PageName, parseRoute, type Route, routeHash } from '../model/route.ts';

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Where the window is. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes somewhere; the back button leads back. */
export function navigate(page: PageName, path?: readonly string[], query?: Readonly<Record<string, string>>): void {
  location.hash = routeHash(page, path, query);
}

/** Changes the address of the same place without a step in the history, e.g. while typing or choosing a tab. */
export function replaceRoute(page: PageName, path?: readonly string[], query?: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', routeHash(page, path, query));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
