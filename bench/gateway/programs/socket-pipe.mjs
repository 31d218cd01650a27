// The barest pipe of all: bytes between two sockets, not even HTTP is looked at. `node socket-pipe.mjs PORT UPSTREAM-PORT`
import { connect, createServer } from 'node:net';

const [port, upstreamPort] = process.argv.slice(2).map(Number);
createServer({ noDelay: true }, (socket) => {
  const upstream = connect({ host: '127.0.0.1', port: upstreamPort, noDelay: true });
  socket.pipe(upstream).pipe(socket);
  for (const end of [socket, upstream]) end.on('error', () => end.destroy());
}).listen(port, '127.0.0.1');
