import type { Socket } from 'node:net';
import type { Connection } from '../../../contract/frames.ts';
import { parseFrame } from './parse-frame.ts';

/** A frame that is larger than this is not one of Berth's. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/**
 * The contract over a connected socket, for either side: a JSON object a line. What is no JSON arrives as null, which both
 * sides refuse as they refuse every frame that they do not know. `farewell` is the reason that `onClose` gets.
 */
export function socketConnection<Out>(socket: Socket, farewell: string): Connection<Out, unknown> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const connection: Connection<Out, unknown> = {
    send: (frame) => {
      if (socket.writable) socket.write(`${JSON.stringify(frame)}\n`);
    },
    close: () => socket.end(),
    onFrame: () => {},
    onClose: () => {},
  };
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8');
      pending = [];
      pendingBytes = 0;
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') connection.onFrame(parseFrame(line));
    }
    if (rest.length === 0) return;
    pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > MAX_FRAME_BYTES) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.onClose(farewell));
  return connection;
}
