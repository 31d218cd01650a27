import type { Connection, FrameToCore } from '../../contract/frames.ts';

/** How the window reaches the core. `open` may be called again after a connection has closed. */
export interface Transport {
  open(): Connection<FrameToCore, unknown>;
  /**
   * Why the core cannot be reached, when trying again is pointless: a sentence for the user. Null: try again.
   */
  whyHopeless(): Promise<string | null>;
}
