import { ipcMain, type WebContents } from 'electron';
import type { FrameFromCore } from '../../contract/frames.ts';
import type { Disposable } from '../core/dispose.ts';
import type { CoreConnection } from '../core/rpc/dispatcher.ts';
import { isOurFrame } from './frame-sender.ts';

const TO_CORE = 'berth:to-core';
const TO_WINDOW = 'berth:to-window';

/**
 * The window's side of the contract over Electron's IPC: one connection per loaded page, from its first frame until the page
 * is left, reloaded or gone. Frames from anything but our own main frame are dropped.
 */
export class IpcConnections implements Disposable {
  readonly #accept: (connection: CoreConnection) => void;
  readonly #open = new Map<number, CoreConnection>();
  readonly #watched = new WeakSet<WebContents>();

  constructor(accept: (connection: CoreConnection) => void) {
    this.#accept = accept;
    ipcMain.on(TO_CORE, this.#receive);
  }

  dispose(): void {
    ipcMain.off(TO_CORE, this.#receive);
    for (const connection of [...this.#open.values()]) connection.close();
  }

  readonly #receive = (event: Electron.IpcMainEvent, frame: unknown): void => {
    if (!isOurFrame(event.senderFrame)) return;
    const known = this.#open.get(event.sender.id);
    if (known && isHello(frame)) this.#forget(event.sender.id, 'the page began anew');
    const connection = this.#open.get(event.sender.id) ?? this.#connect(event.sender);
    connection.onFrame(frame);
  };

  #connect(contents: WebContents): CoreConnection {
    const { id } = contents;
    const tell = (message: { frame: FrameFromCore } | { closed: string }) => {
      if (!contents.isDestroyed()) contents.send(TO_WINDOW, message);
    };
    const connection: CoreConnection = {
      send: (frame) => tell({ frame }),
      close: () => {
        if (this.#open.get(id) !== connection) return;
        this.#open.delete(id);
        tell({ closed: 'Berth has ended the connection' });
        connection.onClose('closed by the core');
      },
      onFrame: () => {},
      onClose: () => {},
    };
    this.#open.set(id, connection);
    this.#watch(contents);
    this.#accept(connection);
    return connection;
  }

  #watch(contents: WebContents): void {
    if (this.#watched.has(contents)) return;
    this.#watched.add(contents);
    const { id } = contents;
    contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#forget(id, 'the page was left');
    });
    contents.on('render-process-gone', () => this.#forget(id, 'the page crashed'));
    contents.on('destroyed', () => this.#forget(id, 'the window is gone'));
  }
  #forget(id: number, reason: string): void {
    const connection = this.#open.get(id);
    this.#open.delete(id);
    connection?.onClose(reason);
  }
}

/** The first call of every connection (contract): a page that closed one and opened another shows it by this alone. */
function isHello(frame: unknown): boolean {
  return typeof frame === 'object' && frame !== null && 'method' in frame && frame.method === 'app.hello';
}
