import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Sandbox } from './sandbox.ts';

/** The official MCP SDK as an AI client uses it. */
export interface ConnectedClient {
  readonly client: Client;
  /** Calls a tool and answers its text; a result with `isError` is answered too, with `isError: true`. */
  call(tool: string, args?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>;
  tools(): Promise<string[]>;
  close(): Promise<void>;
}

/** Connects to an endpoint with the URL and headers that `berth endpoint SLUG` gave. */
export async function connectHttp(url: string, headers: Record<string, string>): Promise<ConnectedClient> {
  return connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }) as Transport);
}

/**
 * Connects over a program that speaks stdio, as Claude Desktop starts the bridge: with the client's environment, not Berth's.
 * When it cannot connect, the error ends with what the program wrote to stderr.
 */
export async function connectStdio(
  sandbox: Sandbox,
  program: { command: string; args: readonly string[]; env?: Record<string, string> },
): Promise<ConnectedClient> {
  const transport = new StdioClientTransport({
    command: program.command,
    args: [...program.args],
    env: { ...sandbox.env, ...program.env },
    cwd: sandbox.home,
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    return await connect(transport);
  } catch (error) {
    throw new Error(`${program.command} ${program.args.join(' ')}: ${(error as Error).message}\n${said}`, {
      cause: error,
    });
  }
}

async function connect(transport: Transport): Promise<ConnectedClient> {
  const client = new Client({ name: 'berth-test', version: '1.0.0' });
  await client.connect(transport);
  return {
    client,
    async call(tool, args = {}) {
      const result = await client.callTool({ name: tool, arguments: args });
      const content = result.content as { type: string; text?: string }[];
      return { text: content.map((part) => part.text ?? '').join('\n'), isError: result.isError === true };
    },
    async tools() {
      const { tools } = await client.listTools();
      return tools.map((tool) => tool.name);
    },
    close: () => client.close(),
  };
}
