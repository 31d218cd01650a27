import type { Listener } from '../../../contract/model/usage.ts';

/** Tells where processes take TCP connections. */
export interface ListenerReader {
  /**
   * The listeners of each server; null for one of whose processes not all can be told and of which nothing is known to be open to
   * other machines.
   */
  read(servers: ReadonlyMap<string, readonly number[]>): Promise<Map<string, Listener[] | null>>;
}
