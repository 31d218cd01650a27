import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import type { Status } from '../../../../contract/model/status.ts';
import { Session } from '../../../../renderer/session/session.ts';
import { FakeTransport } from '../../../../renderer/transport/fake.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const status = { version: '1', servers: [{ slug: 'a' }], contexts: [] } as unknown as Status;
const hello = () => ({ contract: 1, version: '1', shell: 'headless', pid: 1 });

function core() {
  let push: (...items: unknown[]) => void = () => {};
  const transport = new FakeTransport(
    { 'app.hello': hello, 'servers.list': () => [] },
    {
      status: (send) => {
        push = send;
        send({ type: 'snapshot', status });
        return undefined;
      },
    },
  );
  return { transport, push: (...items: unknown[]) => push(...items) };
}

async function opened(transport: FakeTransport) {
  const session = new Session(transport);
  session.connect();
  await vi.advanceTimersByTimeAsync(0);
  return session;
}

test('opens with a snapshot and applies changes, keeping what did not change', async () => {
  const { transport, push } = core();
  const session = await opened(transport);
  expect(session.state()).toMatchObject({ phase: 'open', connection: 1, status });
  const { servers } = session.state().status as Status;
  push({ type: 'changed', changed: { servers: [{ slug: 'a' }], activeContext: 'x' } });
  expect(session.state().status).toMatchObject({ activeContext: 'x' });
  expect(session.state().status?.servers).toBe(servers);
});

test('a lost connection keeps the last status, says why, and comes back by itself', async () => {
  const { transport } = core();
  const session = await opened(transport);
  transport.refuses = true;
  transport.drop('gone');
  expect(session.state()).toMatchObject({ phase: 'lost', reason: 'gone', status });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(session.state().phase).toBe('lost');
  transport.refuses = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(session.state()).toMatchObject({ phase: 'open', reason: null, connection: 2 });
});

test('calls without a connection fail at once, and say that it comes back', async () => {
  const { transport } = core();
  const session = await opened(transport);
  transport.refuses = true;
  transport.drop('gone');
  await expect(session.call('servers.list')).rejects.toMatchObject({ code: 'not-running', hint: expect.any(String) });
});

test('a stream that is open when the connection goes ends with the reason', async () => {
  const { transport } = core();
  const session = await opened(transport);
  const ends: (string | undefined)[] = [];
  session.stream('logs', undefined, { onItem: () => {}, onEnd: (error) => ends.push(error?.code) });
  transport.refuses = true;
  transport.drop('gone');
  expect(ends).toEqual(['not-running']);
});

test('another contract on the other side is not tried again', async () => {
  const transport = new FakeTransport(
    {
      'app.hello': () => {
        throw new BerthError('protocol', 'Berth speaks contract 2.');
      },
    },
    {},
  );
  const session = await opened(transport);
  expect(session.state()).toMatchObject({ phase: 'refused', reason: 'Berth speaks contract 2. Reload this page.' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(session.state().phase).toBe('refused');
});

test('a login that has ended is not tried again either', async () => {
  const { transport } = core();
  const session = await opened(transport);
  vi.spyOn(transport, 'whyHopeless').mockResolvedValue('log in again');
  transport.drop('gone');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(session.state()).toMatchObject({ phase: 'refused', reason: 'log in again' });
});

test('closing leaves no timer behind', async () => {
  const { transport } = core();
  const session = await opened(transport);
  transport.refuses = true;
  transport.drop('gone');
  await vi.advanceTimersByTimeAsync(100);
  session.close();
  expect(vi.getTimerCount()).toBe(0);
});
