import type { Connection, FrameToCore } from '../../contract/frames.ts';
import type { Transport } from './transport.ts';

/** Frames as text messages over `/ws` of the page's own origin; the login cookie goes along by itself. */
export function webSocketTransport(page: Location = location): Transport {
  const address = `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}/ws`;
  return {
    open: () => openOver(new WebSocket(address)),
    whyHopeless: () => loginEnded(page),
  };
}

function openOver(socket: WebSocket): Connection<FrameToCore, unknown> {
  const waiting: string[] = [];
  const connection: Connection<FrameToCore, unknown> = {
    send: (frame) => {
      const text = JSON.stringify(frame);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
    },
    close: () => socket.close(),
    onFrame: () => {},
    onClose: () => {},
  };
  socket.addEventListener('open', () => {
    for (const text of waiting.splice(0)) socket.send(text);
  });
  socket.addEventListener('message', ({ data }) => connection.onFrame(parse(data)));
  socket.addEventListener('close', () => connection.onClose('Berth does not answer'));
  return connection;
}

/** Null for what is not JSON; the client breaks off on it. */
function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}

/** A refused upgrade tells a page nothing; an ordinary request says whether the login still holds. */
async function loginEnded(page: Location): Promise<string | null> {
  try {
    const response = await fetch(`${page.origin}/`, { method: 'HEAD', cache: 'no-store' });
    return response.status === 401
      ? 'Berth was started again, so this browser is no longer logged in. Run `berth open` in a terminal for a new link.'
      : null;
  } catch {
    return null;
  }
}
