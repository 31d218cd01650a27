import { readFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Server } from '../../../contract/model/server.ts';
import type { ConnectedClient } from '../../e2e/support/mcp-client.ts';

export type Asker = Pick<ConnectedClient, 'call' | 'close'>;

/** The command line of a docked server, as the system shows it to everybody. */
export async function argumentsOf({ pid }: Server): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
}

/** The environment that a docked server was started with. */
export async function environmentOf({ pid }: Server): Promise<Record<string, string>> {
  const lines = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/**
 * A client that asks the server itself, as any program on this machine could: at the port of the docked one, or over stdio one
 * of its own with the same arguments and environment.
 */
export async function connectPastBerth(server: Server, headers: Record<string, string>): Promise<Asker> {
  const [command = '', ...args] = (await argumentsOf(server)).slice(0, -1);
  if (server.transport === 'stdio') {
    const env = await environmentOf(server);
    return connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
  }
  const origin = `http://127.0.0.1:${args[args.indexOf('--port') + 1]}`;
  const requestInit = { headers };
  if (server.transport === 'http') {
    return connect(new StreamableHTTPClientTransport(new URL('/mcp', origin), { requestInit }) as Transport);
  }
  const eventSourceInit = {
    fetch: (url: string | URL, init: RequestInit) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
  };
  return connect(new SSEClientTransport(new URL('/sse', origin), { requestInit, eventSourceInit }));
}

async function connect(transport: Transport): Promise<Asker> {
  const client = new Client({ name: 'a-local-program', version: '1.0.0' });
  await client.connect(transport);
  return {
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      return { text: JSON.stringify(result.content), isError: result.isError === true };
    },
    close: () => client.close(),
  };
}
