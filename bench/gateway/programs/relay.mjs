// The bare relay: what any stdio→HTTP gateway has to do and nothing else. No sessions, tokens, guard, audit, restarts, streams.
// `node relay.mjs PORT COMMAND [ARG…]`
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const [port, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map();
let next = 1;

createInterface({ input: child.stdout }).on('line', (line) => {
  const message = JSON.parse(line);
  const { id, response } = waiting.get(message.id);
  waiting.delete(message.id);
  const body = Buffer.from(JSON.stringify({ ...message, id }));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
});
createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.once('end', () => {
    const message = JSON.parse(Buffer.concat(chunks).toString());
    const id = message.id === undefined ? undefined : next++;
    if (id === undefined) response.writeHead(202).end();
    else waiting.set(id, { id: message.id, response });
    child.stdin.write(`${JSON.stringify({ ...message, id })}\n`);
  });
}).listen(Number(port), '127.0.0.1');
