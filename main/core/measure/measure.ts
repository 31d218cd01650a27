import type { Listener, Resources } from '../../../contract/model/usage.ts';

/** What was last seen of one server's processes. */
export interface Measure {
  /** The server's own process, so that nobody takes it for what a later one uses. */
  readonly pid: number;
  /** Null where this system gives no figures. */
  readonly resources: Resources | null;
  /** Null when it is not known, which is not the same as none. */
  readonly listeners: readonly Listener[] | null;
}
