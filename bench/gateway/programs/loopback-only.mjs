// Preloaded into peers that would listen on every interface and have no option for it: this machine's loopback is enough.
import { Server } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function listenOnLoopback(...args) {
  const [port, ...rest] = args;
  if (typeof port === 'number' && typeof rest[0] !== 'string') return listen.call(this, port, '127.0.0.1', ...rest);
  return listen.apply(this, args);
};
