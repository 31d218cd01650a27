import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../../contract/calls.ts';
import { calls } from '../../../contract/calls.ts';
import type { AddServer, Server } from '../../../contract/model/server.ts';
import { type ConnectedClient, connectHttp } from '../../e2e/support/mcp-client.ts';
import { eventually, isRunning, processesOf } from '../../e2e/support/processes.ts';
import { coreInSandbox, type SandboxedCore } from '../../fixtures/core-in-sandbox.ts';
import type { Clusters } from './clusters.ts';

/** A real core whose kubeconfig names two clusters, and what the tests of every server do with it. */
export class BerthWith {
  readonly clusters: Clusters;
  readonly #sandbox: SandboxedCore;
  readonly #clients: ConnectedClient[] = [];

  private constructor(clusters: Clusters, sandbox: SandboxedCore) {
    this.clusters = clusters;
    this.#sandbox = sandbox;
  }

  /** The active context is `staging`. */
  static async start(clusters: Clusters): Promise<BerthWith> {
    const berth = new BerthWith(clusters, await coreInSandbox({ env: { KUBECONFIG: clusters.kubeconfig } }));
    await berth.call('contexts.use', { context: clusters.staging.context });
    return berth;
  }

  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const handler = this.#sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
    const { signal } = new AbortController();
    return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
  }

  /** Docks a server for the active context and starts it, which must end `ready`. */
  async dock(server: AddServer & { slug: string }): Promise<Server> {
    await this.call('servers.add', server);
    const [started] = await this.call('servers.start', { slugs: [server.slug] });
    expect(started).toMatchObject({ state: 'ready', error: null, context: this.clusters.staging.context });
    return started as Server;
  }

  /** An AI client at the server's endpoint; `headers` come on top of those that it needs. */
  async connect(slug: string, headers: Record<string, string> = {}): Promise<ConnectedClient> {
    const endpoint = await this.call('endpoint.mint', { slug, name: `client-${this.#clients.length}` });
    const client = await connectHttp(endpoint.url, { ...endpoint.headers, ...headers });
    this.#clients.push(client);
    return client;
  }

  /** Stops a server and expects that nothing of it is left: no process of its group, no file of its runs. */
  async stopLeavesNothing(slug: string): Promise<void> {
    const { pid } = await this.call('servers.get', { slug });
    expect(pid).not.toBeNull();
    await this.call('servers.stop', { slugs: [slug] });
    expect(isRunning(pid ?? 0)).toBe(false);
    const runs = await readdir(join(this.#sandbox.env['BERTH_HOME'] ?? '', 'run', 'servers'));
    expect(runs.filter((name) => name.startsWith(`${slug}-`))).toEqual([]);
  }

  /** The log of one server, as text. */
  async logOf(slug: string): Promise<string> {
    const lines = await this.call('logs.query', { slug });
    return lines.map(({ stream, text }) => `${stream}: ${text}`).join('\n');
  }

  /** Ends it; no process that it started may be left. */
  async end(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.close();
    await this.#sandbox.dispose();
    expect(await eventually(() => processesOf(this.#sandbox.home).length === 0, 5_000)).toBe(true);
  }
}
