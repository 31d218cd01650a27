import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../../bench/lib/berth.mjs';
import { passThrough } from './pass-through.mjs';
import { stdioAdapter } from './stdio-adapter.mjs';

const stdioFixture = fileURLToPath(new URL('../fixture/stdio.mjs', import.meta.url));
const launcher = join(root, 'bin', 'berth.mjs');

/**
 * A way to the fixture. `baseline` is the way without Berth that it must equal: the same fixture over the same transport; null for one
 * that is such a way itself. `open` answers the URL for the suite.
 * @typedef {{ fixture: { url: string }, berth: Awaited<ReturnType<typeof import('../../../bench/lib/berth.mjs').startBerth>> }} World
 * @typedef {{
 *   name: string, title: string, baseline: 'direct' | 'stdio' | null, blocks?: boolean,
 *   open(world: World): Promise<{ url: string, stop(): Promise<void> }>,
 * }} Route
 */

/** @type {Route[]} */
export const routes = [
  {
    name: 'direct',
    title: 'the fixture over HTTP',
    baseline: null,
    open: async ({ fixture }) => ({ url: fixture.url, stop: async () => {} }),
  },
  {
    name: 'stdio',
    title: 'the fixture over stdio, behind the HTTP adapter of the test',
    baseline: null,
    open: () => stdioAdapter({ command: [process.execPath, stdioFixture], env: process.env }),
  },
  gateway('gw-stdio', 'stdio', 'full'),
  gateway('gw-http', 'http', 'full'),
  bridge('br-stdio', 'stdio', 'full'),
  bridge('br-http', 'http', 'full'),
  gateway('gw-stdio-ro', 'stdio', 'read-only'),
  gateway('gw-http-ro', 'http', 'read-only'),
  bridge('br-stdio-ro', 'stdio', 'read-only'),
  {
    name: 'blocked',
    title: 'the gateway, guard read-only, and tools that do not say what they do: every call must be refused',
    baseline: 'stdio',
    blocks: true,
    open: (world) => openGateway(world, { slug: 'blocked', guard: 'read-only', ...command(['--unannotated']) }),
  },
];

function gateway(name, back, guard) {
  return {
    name,
    title: `the gateway, server over ${back}, guard ${guard}`,
    baseline: back === 'http' ? 'direct' : 'stdio',
    open: (world) => openGateway(world, docked(world, name, back, guard)),
  };
}

function bridge(name, back, guard) {
  return {
    name,
    title: `the stdio bridge to the gateway, server over ${back}, guard ${guard}`,
    baseline: 'stdio',
    async open(world) {
      const server = docked(world, name, back, guard);
      await dock(world, server);
      const line = [process.execPath, launcher, 'connect', server.slug, '--client', 'conformance'];
      return stdioAdapter({ command: line, env: world.berth.env });
    },
  };
}

/** How Berth is to run the fixture. */
function docked({ fixture }, slug, back, guard) {
  return { slug, guard, ...(back === 'http' ? { preset: 'url', options: { url: fixture.url } } : command([])) };
}

function command(args) {
  const options = { command: process.execPath, args: JSON.stringify([stdioFixture, ...args]) };
  return { preset: 'command', options };
}

async function openGateway(world, server) {
  await dock(world, server);
  return passThrough(await world.berth.control.call('endpoint.mint', { slug: server.slug, name: 'conformance' }));
}

async function dock({ berth }, server) {
  await berth.control.call('servers.add', { context: 'none', ...server });
  await berth.control.call('servers.start', { slugs: [server.slug] });
}
