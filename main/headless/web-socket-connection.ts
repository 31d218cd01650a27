import type { WebSocket } from 'ws';
import type { FrameFromCore } from '../../contract/frames.ts';
import type { CoreConnection } from '../core/rpc/dispatcher.ts';
import { parseFrame } from '../core/rpc/parse-frame.ts';

/** One browser's connection: a frame per text message. */
export function webSocketConnection(socket: WebSocket): CoreConnection {
  const connection: CoreConnection = {
    send: (frame: FrameFromCore) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    },
    close: () => socket.close(),
    onFrame: () => {},
    onClose: () => {},
  };
  socket.on('message', (data, isBinary) => {
    connection.onFrame(isBinary ? null : parseFrame(data.toString()));
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => connection.onClose('the browser went away'));
  return connection;
}
