import { describe, expect, it } from 'vitest';
import type { Handlers } from '../../../contract/calls.ts';
import { BerthError } from '../../../contract/errors.ts';
import type { StreamSources } from '../../../contract/streams.ts';
import { CONTRACT_VERSION } from '../../../contract/version.ts';
import { Dispatcher } from '../../../main/core/rpc/dispatcher.ts';
import { StatusFeed } from '../../../main/core/servers/status-feed.ts';
import { TrayClient } from '../../../main/electron/tray-client.ts';
import { contextOf, serverOf, statusOf } from './status-of.ts';

/** The real dispatcher and status feed over one server and two contexts. */
function core() {
  const asked: unknown[] = [];
  let status = statusOf({
    servers: [serverOf({ slug: 'one' })],
    contexts: [contextOf({ ref: 'staging' }), contextOf({ ref: 'gone' })],
  });
  const feed = new StatusFeed(() => status);
  const handlers: Partial<Handlers> = {
    'app.hello': () => ({ contract: CONTRACT_VERSION, version: '0.1.0', shell: 'desktop', pid: 1 }),
    'servers.start': (input) => {
      asked.push(input);
      status = { ...status, servers: [serverOf({ slug: 'one', state: 'starting' })] };
      feed.touch();
      return status.servers;
    },
    'contexts.use': ({ context }) => {
      throw new BerthError('unreachable', `${context} does not answer.`);
    },
  };
  const dispatcher = new Dispatcher({
    handlers: handlers as Handlers,
    sources: { status: (_params, push, { signal }) => feed.stream(push, signal) } as StreamSources,
    onDefect: (error) => {
      throw error;
    },
  });
  return { dispatcher, asked };
}

const until = (client: TrayClient, wanted: (state: string | undefined) => boolean) =>
  new Promise<void>((resolve) => {
    const check = () => {
      if (!wanted(client.current()?.servers[0]?.state)) return;
      subscription.dispose();
      resolve();
    };
    const subscription = client.onDidChange(check);
    check();
  });

describe('TrayClient', () => {
  it('follows the status and starts a server without waiting for it', async () => {
    const { dispatcher, asked } = core();
    const client = await TrayClient.connect((connection) => dispatcher.accept(connection));
    await until(client, (state) => state === 'stopped');
    await client.run({ do: 'start', slug: 'one' });
    expect(asked).toEqual([{ slugs: ['one'], all: false, waitMs: 0 }]);
    await until(client, (state) => state === 'starting');
    client.dispose();
    expect(dispatcher.connections).toBe(0);
  });

  it("rejects with the core's own error", async () => {
    const { dispatcher } = core();
    const client = await TrayClient.connect((connection) => dispatcher.accept(connection));
    await expect(client.run({ do: 'use', context: 'gone' })).rejects.toMatchObject({
      code: 'unreachable',
      message: 'gone does not answer.',
    });
    client.dispose();
  });

  it('ends when the core does', async () => {
    const { dispatcher } = core();
    const client = await TrayClient.connect((connection) => dispatcher.accept(connection));
    dispatcher.dispose();
    await expect(client.run({ do: 'start', slug: 'one' })).rejects.toMatchObject({ code: 'not-running' });
  });
});
