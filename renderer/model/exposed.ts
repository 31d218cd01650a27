import type { Server } from '../../contract/model/server.ts';
import { exposedListeners, listenerText } from '../../contract/model/usage.ts';

/** `0.0.0.0:8080, [::]:9090`; null for a server that other machines cannot reach. */
export function exposedPlaces(server: Pick<Server, 'listeners'>): string | null {
  return exposedListeners(server).map(listenerText).join(', ') || null;
}
