import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A language model that answers "Done." to everything and keeps the names of the tools that it was offered. */
export interface RecordingModel {
  /** Base URL of its OpenAI-compatible API. */
  readonly url: string;
  readonly tools: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Listens on a port of 127.0.0.1. */
export async function startRecordingModel(): Promise<RecordingModel> {
  const tools = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request)) as { tools?: { function?: { name?: string } }[] };
    for (const tool of body.tools ?? []) if (tool.function?.name) tools.add(tool.function.name);
    response.setHeader('content-type', 'text/event-stream');
    const chunk = (delta: object, finish: string | null) => ({
      id: 'one',
      object: 'chat.completion.chunk',
      created: 0,
      model: 'recording',
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    for (const each of [chunk({ role: 'assistant', content: 'Done.' }, null), chunk({}, 'stop')]) {
      response.write(`data: ${JSON.stringify(each)}\n\n`);
    }
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    tools,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text || '{}';
}
