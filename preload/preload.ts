import { contextBridge, ipcRenderer } from 'electron';

/** What the window finds as `window.berth`: a pipe for frames, nothing else. */
export interface BerthBridge {
  /** Sends one frame to the core. Throws a TypeError for what is not an object. */
  send(frame: object): void;
  /** Calls the listener with every frame from the core; the answer ends that. */
  onFrame(listener: (frame: unknown) => void): () => void;
  /** Calls the listener once the core has hung up, with the reason; the answer ends that. */
  onClose(listener: (reason: string) => void): () => void;
  /** Version of this bridge. */
  readonly version: 1;
}

/** The only two channels between the window and the desktop shell. */
const TO_CORE = 'berth:to-core';
const TO_WINDOW = 'berth:to-window';

const frameListeners = new Set<(frame: unknown) => void>();
const closeListeners = new Set<(reason: string) => void>();

ipcRenderer.on(TO_WINDOW, (_event, message: { frame: unknown } | { closed: string }) => {
  if ('closed' in message) for (const listener of [...closeListeners]) listener(message.closed);
  else for (const listener of [...frameListeners]) listener(message.frame);
});

const bridge: BerthBridge = {
  send(frame) {
    if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
      throw new TypeError('a frame is an object');
    ipcRenderer.send(TO_CORE, frame);
  },
  onFrame(listener) {
    frameListeners.add(listener);
    return () => frameListeners.delete(listener);
  },
  onClose(listener) {
    closeListeners.add(listener);
    return () => closeListeners.delete(listener);
  },
  version: 1,
};

contextBridge.exposeInMainWorld('berth', bridge);
