import type { Connection, FrameFromCore, FrameToCore } from '../../contract/frames.ts';
import type { CoreConnection } from '../core/rpc/dispatcher.ts';

/**
 * A connection within the process, so that the tray speaks the same contract as every other UI. Frames arrive in a later turn,
 * as over any other transport.
 */
export function loopback(): { core: CoreConnection; ui: Connection<FrameToCore, unknown> } {
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    core.onClose('closed');
    ui.onClose('closed');
  };
  const core: CoreConnection = {
    send: (frame: FrameFromCore) => setImmediate(() => open && ui.onFrame(frame)),
    close,
    onFrame: () => {},
    onClose: () => {},
  };
  const ui: Connection<FrameToCore, unknown> = {
    send: (frame: FrameToCore) => setImmediate(() => open && core.onFrame(frame)),
    close,
    onFrame: () => {},
    onClose: () => {},
  };
  return { core, ui };
}
