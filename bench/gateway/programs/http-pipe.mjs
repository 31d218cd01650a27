// The bare pipe between two sides that speak HTTP: hands heads on as they are and pipes the bytes of the bodies, both ways, over kept
// connections. Nothing is parsed but HTTP itself. `node http-pipe.mjs PORT UPSTREAM-PORT`
import { Agent, createServer, request } from 'node:http';

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });
createServer({ keepAliveTimeout: 600_000 }, (incoming, response) => {
  const { method, headers, url: path } = incoming;
  const outgoing = request({ host: '127.0.0.1', port: upstreamPort, method, headers, path, agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(outgoing);
}).listen(port, '127.0.0.1');
