import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { childrenOf, descriptorsOf } from '../../bench/lib/processes.mjs';
import type { Server } from '../../contract/model/server.ts';
import { RpcClient } from '../../contract/rpc-client.ts';
import { connectControl } from '../../main/cli/control-connection.ts';
import { eventually } from '../e2e/support/processes.ts';
import { type BerthWithClusters, startBerthWithClusters } from './support/berth-with-clusters.ts';
import { underCalls } from './support/under-calls.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/servers/${name}`, import.meta.url));
const launcher = fileURLToPath(new URL('../../bin/berth.mjs', import.meta.url));

let berth: BerthWithClusters;
let control: RpcClient;

beforeAll(async () => {
  berth = await startBerthWithClusters('admin');
  control = new RpcClient(await connectControl(berth.serving.ready.socket));
  await control.hello('test');
  await control.call('contexts.use', { context: 'east' });
  for (const transport of ['stdio', 'http'] as const) {
    const slug = `kube-${transport}`;
    await control.call('servers.add', { preset: 'kubernetes-mcp-server', slug, context: 'active', transport });
  }
  const started = await control.call('servers.start', { all: true });
  expect(started.map(({ state, context }) => [state, context])).toEqual([
    ['ready', 'east'],
    ['ready', 'east'],
  ]);
});

afterAll(async () => {
  control?.close();
  await berth?.stop();
});

beforeEach(async () => {
  await control.call('contexts.use', { context: 'east' });
  expect(await eventually(() => processes() === 4, 20_000)).toBe(true);
});

const slugs = ['kube-stdio', 'kube-stdio', 'kube-http'];
const server = (slug: string): Promise<Server> => control.call('servers.get', { slug });
const active = async () => (await control.call('contexts.list')).find((context) => context.active)?.ref;

/** Two servers, each with its lifeline, when nothing is under way. */
const processes = () => childrenOf(berth.serving.ready.pid).length;
const descriptors = () => descriptorsOf(berth.serving.ready.pid);

/** Docks a server over stdio that is bound to the active context, and starts it there. */
async function startBeside(slug: string, script: string, argument: string): Promise<void> {
  const options = { command: process.execPath, args: JSON.stringify([fixture(script), argument]) };
  await control.call('servers.add', { preset: 'command', slug, context: 'active', options });
  const [started] = await control.call('servers.start', { slugs: [slug] });
  expect(started).toMatchObject({ state: 'ready', context: 'east' });
}

test('20 switches under 20 calls a second from three clients: none fails, none is answered by the wrong cluster', async () => {
  const thereAndBack = (turns: number) =>
    underCalls(control, slugs, 'east', async ({ switchTo }) => {
      for (let turn = 0; turn < turns; turn += 1) {
        await switchTo('west');
        await switchTo('east');
      }
    });
  // Opens what is opened once: connections that are kept, files.
  await thereAndBack(2);
  expect(await eventually(() => processes() === 4, 20_000)).toBe(true);
  const before = descriptors();
  // A call of each client follows each switch.
  expect(await thereAndBack(10)).toBeGreaterThanOrEqual(60);
  expect(await eventually(() => processes() === 4, 20_000)).toBe(true);
  expect(descriptors() - before).toBeLessThan(10);
});

test('a server that does not come up there keeps all on the old cluster, and is named; with force it alone fails', async () => {
  await startBeside('picky', 'only-on-context.mjs', 'east');
  const pids = async () => (await Promise.all(['kube-stdio', 'kube-http', 'picky'].map(server))).map(({ pid }) => pid);
  const before = await pids();
  await underCalls(control, slugs, 'east', async ({ switchTo, oneMoreCallEach }) => {
    await expect(control.call('contexts.use', { context: 'west' })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('picky: The server ended with exit code 1: this server has no business on west'),
      hint: expect.stringContaining('Everything stays on east.'),
    });
    expect(await active()).toBe('east');
    expect(await pids()).toEqual(before);
    await oneMoreCallEach();

    await switchTo('west', { force: true });
    expect(await server('kube-stdio')).toMatchObject({ state: 'ready', context: 'west' });
    expect(await server('picky')).toMatchObject({
      state: expect.stringMatching(/starting|restarting|failed/),
      context: 'west',
    });
  });
  await control.call('servers.remove', { slug: 'picky' });
});

test('switches that are asked for at once are made one after another', async () => {
  await underCalls(control, slugs, 'east', async ({ noted, oneMoreCallEach }) => {
    // Any of the two clusters may answer until the last one has returned.
    await noted('west', 'east', () =>
      Promise.all(['west', 'east', 'west', 'east'].map((context) => control.call('contexts.use', { context }))),
    );
    await oneMoreCallEach();
    expect(await active()).toBe('east');
  });
});

test('Ctrl-C takes a switch back that waits for a server, and so does the end of the context that it goes to', async () => {
  const gate = berth.sandbox.path('gate');
  writeFileSync(gate, '');
  await startBeside('gated', 'waits-for-file.mjs', gate);
  rmSync(gate);
  const prepared = () =>
    eventually(() => berth.sandbox.processes().filter(({ command }) => command.includes(gate)).length === 2, 20_000);
  const alone = () =>
    eventually(() => berth.sandbox.processes().filter(({ command }) => command.includes(gate)).length === 1, 20_000);

  await underCalls(control, slugs, 'east', async ({ oneMoreCallEach }) => {
    const interrupted = berth.sandbox.start(process.execPath, [launcher, 'use', 'west']);
    expect(await prepared()).toBe(true);
    interrupted.signal('SIGINT');
    expect((await interrupted.exited).code).toBe(130);
    expect(await alone()).toBe(true);
    expect(await active()).toBe('east');
    await oneMoreCallEach();

    const switching = control.call('contexts.use', { context: 'west' });
    const refused = expect(switching).rejects.toMatchObject({ message: expect.stringContaining('west') });
    expect(await prepared()).toBe(true);
    const both = berth.clusters.kubeconfig('admin');
    berth.sandbox.writeKubeconfig(both.replaceAll('name: west', 'name: gone'));
    const isListed = async (name: string) => (await control.call('contexts.list')).some(({ ref }) => ref === name);
    expect(await eventually(async () => !(await isListed('west')), 20_000)).toBe(true);
    writeFileSync(gate, '');
    await refused;
    expect(await alone()).toBe(true);
    expect(await active()).toBe('east');
    berth.sandbox.writeKubeconfig(both);
    expect(await eventually(() => isListed('west'), 20_000)).toBe(true);
  });
  await control.call('servers.remove', { slug: 'gated' });
});
