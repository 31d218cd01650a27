import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Handlers } from '../../../contract/calls.ts';
import type { StreamSources } from '../../../contract/streams.ts';
import { CONTRACT_VERSION } from '../../../contract/version.ts';
import { answers } from '../../../main/core/private-socket.ts';
import { ControlSocket } from '../../../main/core/rpc/control-socket.ts';
import { Dispatcher } from '../../../main/core/rpc/dispatcher.ts';
import { takeOver } from '../../../main/electron/takeover.ts';

let folder: string;
let socket: string;
let ends: (() => Promise<void>)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-takeover-'));
  socket = join(folder, 'private', 'control.sock');
  ends = [];
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

/** A Berth that listens on the real control socket and notes what it is asked. */
async function runningBerth(shell: 'headless' | 'desktop', onQuit: (end: () => Promise<void>) => void) {
  const asked: unknown[] = [];
  const handlers: Pick<Handlers, 'app.hello' | 'app.open' | 'app.quit'> = {
    'app.hello': () => ({ contract: CONTRACT_VERSION, version: '0.1.0', shell, pid: process.pid }),
    'app.open': () => {
      asked.push('open');
      return { url: null };
    },
    'app.quit': (input) => {
      asked.push({ quit: input });
      setImmediate(() => onQuit(() => control.dispose()));
      return null;
    },
  };
  const dispatcher = new Dispatcher({
    handlers: handlers as Handlers,
    sources: {} as StreamSources,
    onDefect: (error) => {
      throw error;
    },
  });
  const control = await ControlSocket.claim(socket);
  control.serve(dispatcher);
  ends.push(() => control.dispose());
  return asked;
}

describe('takeOver', () => {
  it('finds nobody', async () => {
    expect(await takeOver(socket)).toBe('free');
  });

  it('asks a headless Berth to hand over and waits until its socket is gone', async () => {
    const asked = await runningBerth('headless', (end) => void end());
    expect(await takeOver(socket)).toBe('taken-over');
    expect(asked).toEqual([{ quit: { handover: true } }]);
    expect(await answers(socket)).toBe(false);
  });

  it('shows another desktop instead of ending it', async () => {
    const asked = await runningBerth('desktop', () => {});
    expect(await takeOver(socket)).toBe('other-desktop');
    expect(asked).toEqual(['open']);
    expect(await answers(socket)).toBe(true);
  });

  it('says so when the other one does not go', async () => {
    await runningBerth('headless', () => {});
    await expect(takeOver(socket, 300)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('berth quit'),
    });
  });

  it('does not wait for a program that never answers', async () => {
    let hungUp = 0;
    const mute: Server = createServer((peer) => peer.on('end', () => (hungUp += 1)).resume());
    const path = join(folder, 'mute.sock');
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    ends.push(() => new Promise((resolve) => mute.close(() => resolve())));
    await expect(takeOver(path, 300)).rejects.toMatchObject({ code: 'conflict' });
    await vi.waitUntil(() => hungUp === 1);
  });
});
