// The MCP server behind every route of the bench, as fast as one can be: no SDK, no dependencies. Over stdio, or with `--port N` over
// Streamable HTTP with sessions and JSON answers. Its tools: `echo` answers its text, `big` so many bytes, both read-only by their own
// word; `change` says nothing of itself, so that a guard must stop it.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const tool = (name, annotations) => ({ name, description: name, inputSchema: { type: 'object' }, ...annotations });
const readOnly = { annotations: { readOnlyHint: true } };
const tools = [tool('echo', readOnly), tool('big', readOnly), tool('change')];

function answer({ id, method, params }) {
  const result = resultOf(method, params);
  const body = result ? { result } : { error: { code: -32601, message: `no ${method}` } };
  return JSON.stringify({ jsonrpc: '2.0', id, ...body });
}

function resultOf(method, params) {
  const text = (value) => ({ content: [{ type: 'text', text: value }] });
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'bench-upstream', version: '1.0.0' },
      };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools };
    case 'tools/call':
      return text(params.name === 'big' ? 'x'.repeat(params.arguments.bytes) : String(params.arguments?.text));
    default:
      return null;
  }
}

function overStdio() {
  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.id !== undefined) process.stdout.write(`${answer(message)}\n`);
    }
  });
}

function overHttp(port) {
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    if (request.method !== 'POST') return response.writeHead(request.method === 'DELETE' ? 204 : 405).end();
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.once('end', () => {
      const message = JSON.parse(body);
      if (message.id === undefined) return response.writeHead(202).end();
      const session = message.method === 'initialize' ? { 'mcp-session-id': randomUUID() } : {};
      const text = answer(message);
      const length = { 'content-length': Buffer.byteLength(text) };
      response.writeHead(200, { 'content-type': 'application/json', ...length, ...session }).end(text);
    });
  });
  server.listen(port, '127.0.0.1');
}

const { port } = parseArgs({ options: { port: { type: 'string' } } }).values;
if (port === undefined) overStdio();
else overHttp(Number(port));
