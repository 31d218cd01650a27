import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  type JSONRPCMessage,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';
import { Emitter } from '../../../../main/core/emitter.ts';
import type { SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';

export const roots = [{ uri: 'file:///work', name: 'work' }];

type Transport = Parameters<Client['connect']>[0];

/** An AI client that can be asked everything, or nothing, with what the server has told it. */
export class AiClient {
  readonly client: Client;
  readonly told: { method: string; params: unknown }[] = [];
  /** As it arrives: the SDK forgets who wants progress as soon as the answer is there, though it hands progress on a turn later. */
  readonly progress: unknown[] = [];
  readonly #told = new Emitter<void>();

  constructor(canBeAsked = true) {
    const features = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
    this.client = new Client({ name: 'matrix', version: '1.0.0' }, { capabilities: canBeAsked ? features : {} });
    if (canBeAsked) answerEverything(this.client);
    for (const schema of [
      LoggingMessageNotificationSchema,
      ResourceUpdatedNotificationSchema,
      ToolListChangedNotificationSchema,
    ]) {
      this.client.setNotificationHandler(schema, ({ method, params }) => {
        this.told.push({ method, params });
        this.#told.fire();
      });
    }
  }

  /** The SDK's classes do not fit their own interface under exactOptionalPropertyTypes. */
  async open(transport: unknown): Promise<this> {
    const opened = transport as Transport;
    await this.client.connect(opened);
    const { onmessage } = opened;
    opened.onmessage = (message: JSONRPCMessage) => {
      if ('method' in message && message.method === 'notifications/progress') this.progress.push(message.params);
      onmessage?.(message);
    };
    return this;
  }

  /** Over Streamable HTTP, with a token of its own. */
  async openHttp(sandbox: SandboxedCore, slug: string, name = 'matrix'): Promise<this> {
    const { url, headers } = await sandbox.call('endpoint.mint', { slug, name });
    return this.open(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  }

  /** Leaves as the protocol says, so that the session ends at once. Over stdio that is what closing does. */
  async leave(): Promise<void> {
    const { transport } = this.client;
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    await this.client.close();
  }

  /** Resolves when this was told, now or later. */
  heard(method: string, params: unknown): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.told.some((told) => told.method === method && matches(told.params, params))) return;
        subscription.dispose();
        resolve();
      };
      const subscription = this.#told.event(look);
      look();
    });
  }

  /** The first text of a tool's answer. */
  async call(name: string, args: Record<string, unknown> = {}): Promise<string> {
    const { content } = await this.client.callTool({ name, arguments: args });
    const [block] = content as { text: string }[];
    return block?.text ?? '';
  }

  /** What the fixture says about its process. */
  async whoami(): Promise<{ pid: number; cancelled: number; roots: unknown }> {
    return JSON.parse(await this.call('whoami')) as { pid: number; cancelled: number; roots: unknown };
  }
}

function answerEverything(client: Client): void {
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots }));
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
    const [asked] = params.messages;
    const content = asked?.content;
    const said = content && !Array.isArray(content) && content.type === 'text' ? content.text : '';
    return { model: 'test-model', role: 'assistant', content: { type: 'text', text: `sampled ${said}` } };
  });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({
    action: 'accept',
    content: { name: `asked: ${params.message}` },
  }));
}

function matches(value: unknown, part: unknown): boolean {
  try {
    expect(value).toMatchObject(part as object);
    return true;
  } catch {
    return false;
  }
}
