import type { Connection, FrameToCore } from '../../contract/frames.ts';
import type { Transport } from './transport.ts';

/** What the preload exposes as `window.berth`. */
export interface BerthBridge {
  send(frame: object): void;
  onFrame(listener: (frame: unknown) => void): () => void;
  onClose(listener: (reason: string) => void): () => void;
  readonly version: number;
}

declare global {
  interface Window {
    readonly berth?: BerthBridge;
  }
}

/** Frames over the desktop shell's IPC. The first frame after a close begins a new connection. */
export function electronTransport(bridge: BerthBridge): Transport {
  return {
    open: () => openOver(bridge),
    whyHopeless: async () => null,
  };
}

function openOver(bridge: BerthBridge): Connection<FrameToCore, unknown> {
  let open = true;
  const leave = (reason: string | null) => {
    if (!open) return;
    open = false;
    stopFrames();
    stopClose();
    if (reason !== null) connection.onClose(reason);
  };
  const connection: Connection<FrameToCore, unknown> = {
    send: (frame) => {
      if (open) bridge.send(frame);
    },
    close: () => leave(null),
    onFrame: () => {},
    onClose: () => {},
  };
  const stopFrames = bridge.onFrame((frame) => connection.onFrame(frame));
  const stopClose = bridge.onClose((reason) => leave(reason));
  return connection;
}
