import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RpcClient } from '../../../../contract/rpc-client.ts';
import { connectControl } from '../../../../main/cli/control-connection.ts';
import { ControlSocket } from '../../../../main/core/rpc/control-socket.ts';
import { smallCore } from '../../../fixtures/rpc/small-core.ts';

let folder = '';

afterEach(() => rm(folder, { recursive: true, force: true }));

test('who asked Berth to end learns of the end when all has stopped, and not before', async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-shutdown-'));
  const path = join(folder, 's', 'control.sock');
  const control = await ControlSocket.claim(path);
  const { dispatcher } = smallCore();
  control.serve(dispatcher);
  const client = new RpcClient(await connectControl(path));
  await client.hello('test');
  const events: string[] = [];
  const closed = new Promise<void>((resolve) =>
    client.onClose(() => {
      events.push('closed');
      resolve();
    }),
  );

  // The order of the core: nobody is served any more, then the parts stop, then the socket goes.
  dispatcher.dispose();
  const unanswered = expect(client.call('app.status')).rejects.toMatchObject({ code: 'not-running' });
  const late = new RpcClient(await connectControl(path));
  await expect(late.hello('late')).rejects.toMatchObject({ code: 'not-running' });
  events.push('parts stopped');
  await control.dispose();
  await closed;
  expect(events).toEqual(['parts stopped', 'closed']);
  await unanswered;
});
