import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import { pipeline } from 'node:stream';

/**
 * A proxy on 127.0.0.1 that adds headers to every request and changes nothing else: method, path below `/mcp`, Host, Origin and bodies go
 * through as they come, both ways, and a hang-up of either side reaches the other. The suite cannot send a token, and Berth wants one.
 * @param {{ url: string, headers: Record<string, string> }} target
 */
export async function passThrough({ url, headers: added }) {
  const { hostname, port, pathname } = new URL(url);
  const names = Object.keys(added).map((name) => name.toLowerCase());
  const extra = Object.entries(added).flat();
  const server = createServer((request, response) => {
    const headers = [...pairsWithout(request.rawHeaders, names), ...extra];
    const onward = send({ hostname, port, path: pathname, method: request.method, headers, setHost: false });
    onward.once('response', (answer) => {
      // Node would add a header of its own for the connection and the date; the answer's own are there already.
      response.sendDate = false;
      response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
      response.flushHeaders();
      pipeline(answer, response, () => onward.destroy());
    });
    onward.on('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    pipeline(request, onward, () => {
      // A body that breaks off ends the response, too.
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/mcp`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Raw headers (name, value, name, …) without these names. */
function pairsWithout(raw, names) {
  return raw.filter((_, index) => !names.includes(raw[index - (index % 2)].toLowerCase()));
}
