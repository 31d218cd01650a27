import { connect, type Socket } from 'node:net';
import type { Connection, FrameToCore } from '../../contract/frames.ts';
import { parseFrame } from '../core/rpc/parse-frame.ts';

/** Connects to the control socket of a running Berth; null when nobody listens there. */
export function connectToControl(path: string): Promise<Connection<FrameToCore, unknown> | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(null));
    socket.once('connect', () => resolve(connectionOf(socket)));
  });
}

function connectionOf(socket: Socket): Connection<FrameToCore, unknown> {
  const connection: Connection<FrameToCore, unknown> = {
    send: (frame) => {
      if (socket.writable) socket.write(`${JSON.stringify(frame)}\n`);
    },
    close: () => socket.end(),
    onFrame: () => {},
    onClose: () => {},
  };
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') connection.onFrame(parseFrame(line));
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.onClose('the other Berth hung up'));
  return connection;
}
