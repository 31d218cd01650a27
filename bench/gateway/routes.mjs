import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../lib/berth.mjs';
import { HttpClient } from './http-client.mjs';
import { startProgram } from './program.mjs';
import { SseClient } from './sse-client.mjs';
import { StdioClient } from './stdio-client.mjs';

const program = (name) => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

/** The upstream of every route, as a command. */
export const upstream = { command: process.execPath, args: [program('upstream')] };

/** By these slugs Berth has it, over stdio and over HTTP. */
export const slugs = { stdio: 'fast', http: 'fast-http' };

const LISTED_WITHIN_MS = 30_000;

/**
 * One way from a client to the upstream: `open` makes a session, `tool` is how the tool `echo` is called there, `pid` the process that
 * stands between, where there is one.
 * @typedef {{ name: string, tool: string, pid: number | null, open(): Promise<Client>, stop(): Promise<void> }} Route
 * @typedef {{ request(method: string, params: object): Promise<any>, close(): Promise<void> }} Client
 */

/**
 * The ways from HTTP to a stdio server, all side by side. Each peer as fast as its options make it: without its log of every message,
 * and mcp-proxy also without the store that it keeps by default.
 * @param {{ folder: string, berth: any, scripts: Record<string, string>, tally: { calls: number } }} parts `tally`: of what goes through Berth
 * @returns {Promise<Route[]>}
 */
export async function stdioRoutes({ folder, berth, scripts, tally }) {
  const { command, args } = upstream;
  const viaPort = async (name, argsOf, path = '/mcp') => {
    const port = await freePort();
    const running = await startProgram(folder, { args: argsOf(String(port)), port });
    const url = `http://127.0.0.1:${port}${path}`;
    return { name, tool: 'echo', pid: running.pid, open: () => HttpClient.open({ url }), stop: running.stop };
  };
  const loopback = ['--import', program('loopback-only')];
  const supergateway = (port) =>
    [
      ...loopback,
      scripts.supergateway,
      '--stdio',
      `"${command}" "${args[0]}"`,
      '--outputTransport',
      'streamableHttp',
    ].concat(['--stateful', '--logLevel', 'none', '--port', port]);
  const proxy = (port, more) => [
    scripts['mcp-proxy'],
    '--host',
    '127.0.0.1',
    '--port',
    port,
    ...more,
    '--',
    command,
    ...args,
  ];
  return [
    await berthRoute(berth, slugs.stdio, tally),
    await viaPort('bare relay', (port) => [program('relay'), port, command, ...args], '/'),
    await viaPort('supergateway', supergateway),
    await hubRoute(folder, [...loopback, scripts['mcp-hub']]),
    await viaPort('mcp-proxy', (port) => proxy(port, [])),
    await viaPort('mcp-proxy --no-eventStore', (port) => proxy(port, ['--no-eventStore'])),
    { name: 'direct', tool: 'echo', pid: null, open: () => StdioClient.open(folder, upstream), stop: async () => {} },
  ];
}

/** Berth's endpoint of one server, with a token of its own. */
async function berthRoute(berth, slug, tally) {
  const endpoint = await berth.control.call('endpoint.mint', { slug, name: 'bench' });
  const open = counted(() => HttpClient.open(endpoint), tally);
  return { name: 'berth', tool: 'echo', pid: berth.pid, open, stop: async () => {} };
}

/** Counts what is called through Berth, so that the audit can be compared with it. */
function counted(open, tally) {
  return async () => {
    const client = await open();
    const request = client.request.bind(client);
    client.request = (method, params) => {
      if (method === 'tools/call') tally.calls += 1;
      return request(method, params);
    };
    return client;
  };
}

/** mcp-hub opens its door before its servers are connected, and knows their tools under names of its own. */
async function hubRoute(folder, args) {
  const port = await freePort();
  const config = join(folder, 'mcp-hub.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { fast: upstream } }));
  const running = await startProgram(folder, { args: [...args, '--port', String(port), '--config', config], port });
  const open = () => SseClient.open({ url: `http://127.0.0.1:${port}/mcp` });
  const tool = 'fast__echo';
  for (const until = performance.now() + LISTED_WITHIN_MS; !(await lists(open, tool)); await sleep(50)) {
    if (performance.now() > until) throw new Error('mcp-hub does not list the tools of its server');
  }
  return { name: 'mcp-hub', tool, pid: running.pid, open, stop: running.stop };
}

async function lists(open, tool) {
  const client = await open().catch(() => null);
  if (!client) return false;
  const { result } = await client.request('tools/list', {});
  await client.close();
  return result?.tools.some(({ name }) => name === tool) ?? false;
}

/**
 * The ways from HTTP to a server that speaks HTTP itself.
 * @param {{ folder: string, berth: any, port: number, tally: { calls: number } }} parts `port`: of the upstream
 * @returns {Promise<Route[]>}
 */
export async function httpRoutes({ folder, berth, port: upstreamPort, tally }) {
  const route = (name, port, stop) => {
    const url = `http://127.0.0.1:${port}/mcp`;
    return { name, tool: 'echo', pid: null, open: () => HttpClient.open({ url }), stop };
  };
  const pipe = async (name, file) => {
    const port = await freePort();
    const running = await startProgram(folder, { args: [program(file), String(port), String(upstreamPort)], port });
    return route(name, port, running.stop);
  };
  return [
    await berthRoute(berth, slugs.http, tally),
    route('direct', upstreamPort, async () => {}),
    await pipe('pipe of HTTP', 'http-pipe'),
    await pipe('pipe of sockets', 'socket-pipe'),
  ];
}

/**
 * The ways from stdio to a server that speaks HTTP: what the client starts, and what of it stays. Berth's is the line that stands in a
 * client's file.
 * @param {{ folder: string, berth: any, scripts: Record<string, string>, port: number, tally: { calls: number } }} parts
 */
export function bridgeRoutes({ folder, berth, scripts, port, tally }) {
  const remote = [scripts['mcp-remote'], `http://127.0.0.1:${port}/mcp`, '--allow-http', '--transport', 'http-only'];
  const shim = join(berth.env.BERTH_HOME, 'state', 'bin', 'berth');
  const bridge = { command: shim, args: ['connect', slugs.http, '--client', 'bench'] };
  const opening = (command) => () => StdioClient.open(folder, command);
  return [
    { name: 'berth', tool: 'echo', open: counted(opening(bridge), tally) },
    { name: 'mcp-remote', tool: 'echo', open: opening({ command: process.execPath, args: remote }) },
  ];
}

/** Docks the upstream in Berth twice, over stdio and over HTTP, with the guard that every server has when it is added. */
export async function dockUpstream({ control }, port) {
  const { command, args } = upstream;
  const stdio = { command, args: JSON.stringify(args) };
  await control.call('servers.add', { slug: slugs.stdio, preset: 'command', context: 'none', options: stdio });
  const http = { url: `http://127.0.0.1:${port}/mcp` };
  await control.call('servers.add', { slug: slugs.http, preset: 'url', options: http });
  const servers = await control.call('servers.start', { all: true, slugs: [] });
  const bad = servers.find(({ state, guard }) => state !== 'ready' || guard !== 'read-only');
  if (bad) throw new Error(`${bad.slug} is ${bad.state} with the guard ${bad.guard}: ${bad.error?.message}`);
}

/** The upstream over HTTP, as a program of its own. */
export async function startUpstream(folder) {
  const port = await freePort();
  return startProgram(folder, { args: [...upstream.args, '--port', String(port)], port });
}
