import { connect } from 'node:net';
import type { Connection, FrameToCore } from '../../contract/frames.ts';
import { socketConnection } from '../core/rpc/socket-connection.ts';

/** Connects to the control socket of a running Berth; null when nobody listens there. */
export function connectToControl(path: string): Promise<Connection<FrameToCore, unknown> | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const absent = () => resolve(null);
    socket.once('error', absent);
    socket.once('connect', () => {
      socket.off('error', absent);
      resolve(socketConnection(socket, 'the other Berth hung up'));
    });
  });
}
