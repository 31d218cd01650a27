import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server, Transport } from '../../../contract/model/server.ts';
import type { ConnectedClient } from '../../e2e/support/mcp-client.ts';
import { BerthWith } from './berth-with.ts';
import { argumentsOf } from './beside-berth.ts';
import type { Clusters } from './clusters.ts';

export interface MkpStory {
  /** Path of the program. */
  readonly program: () => string;
  readonly transport: Transport;
  readonly clusters: () => Promise<Clusters>;
}

const providers = {
  resource_type: 'namespaced',
  group: 'forklift.konveyor.io',
  version: 'v1beta1',
  resource: 'providers',
  namespace: 'openshift-mtv',
};

/** One MKP, docked, used and stopped: each test goes on where the one before ended. */
export function tellMkpStory(title: string, { program, transport, clusters: startClusters }: MkpStory): void {
  describe(`${title} over ${transport}`, () => {
    let clusters: Clusters;
    let berth: BerthWith;
    let client: ConnectedClient;
    let server: Server;
    const dock = (slug: string, change: { guard?: 'full' } = {}) =>
      berth.dock({ preset: 'mkp', slug, transport, options: { program: program() }, ...change });
    const listProviders = (of: ConnectedClient) => of.call('list_resources', providers);

    beforeAll(async () => {
      clusters = await startClusters();
      berth = await BerthWith.start(clusters);
    }, 300_000);
    afterAll(async () => {
      await berth?.end();
      await clusters?.stop();
    });

    test('is ready on loopback alone, only reads, and carries the warning that others can reach it', async () => {
      server = await dock('mkp');
      // It calls itself as another server does, so nothing may go by that name.
      expect(server).toMatchObject({ transport, preset: 'mkp', serverInfo: { name: 'kubernetes-mcp-server' } });
      expect(server.warnings.join()).toContain('foreign web pages');
      const args = await argumentsOf(server);
      expect(args[args.indexOf('--addr') + 1]).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(args).not.toContain('--read-write');
      client = await berth.connect('mkp');
      expect((await client.tools()).sort()).toEqual(['get_resource', 'list_resources']);
    });

    test('answers from the context that it is bound to', async () => {
      const { text, isError } = await listProviders(client);
      expect({ text, isError }).toEqual({ text: expect.stringContaining(clusters.staging.provider), isError: false });
      expect(text).not.toContain(clusters.production.provider);
      const one = await client.call('get_resource', { ...providers, name: clusters.staging.provider });
      expect(one).toMatchObject({ isError: false, text: expect.stringContaining(clusters.staging.provider) });
    });

    test('a write is refused by its name too, and passes at the guard "full"', async () => {
      const write = { ...providers, name: 'no-such-provider' };
      const refused = await client.call('delete_resource', write);
      expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('Berth refused') });

      expect(await argumentsOf(await dock('full', { guard: 'full' }))).toContain('--read-write');
      const writer = await berth.connect('full');
      expect((await writer.tools()).sort()).toEqual([
        'apply_resource',
        'delete_resource',
        'get_resource',
        'list_resources',
        'post_resource',
      ]);
      const answer = await writer.call('delete_resource', write);
      expect(answer).toMatchObject({ isError: true, text: expect.not.stringContaining('Berth refused') });
      expect(answer.text).toMatch(/not found|forbidden|read-only|not allowed/i);
    });

    test('its options reach it', async () => {
      await berth.dock({
        preset: 'mkp',
        slug: 'options',
        transport,
        options: { program: program(), 'serve-resources': true, 'rate-limit-read': 2 },
      });
      const docked = await berth.call('servers.get', { slug: 'options' });
      const args = await argumentsOf(docked);
      expect(args).toEqual(expect.arrayContaining(['--serve-resources', '--kubeconfig-refresh-interval', '5m']));
      const limited = await berth.connect('options');
      const answers = [];
      for (let call = 0; call < 3; call += 1) answers.push(await listProviders(limited));
      expect(answers.map(({ isError }) => isError)).toEqual([false, false, true]);
      expect(answers[2]?.text).toMatch(/rate limit/i);
      await berth.stopLeavesNothing('options');

      await berth.call('servers.update', { slug: 'options', options: { 'rate-limiting': false } });
      await berth.call('servers.start', { slugs: ['options'] });
      const unlimited = await berth.connect('options');
      for (let call = 0; call < 3; call += 1) {
        expect(await listProviders(unlimited)).toMatchObject({ isError: false });
      }
      await berth.stopLeavesNothing('options');
    });

    test('accepts what a foreign web page sends, and Berth does not', async () => {
      const args = await argumentsOf(server);
      const own = `http://${args[args.indexOf('--addr') + 1]}/${transport === 'sse' ? 'sse' : 'mcp'}`;
      const origin = { origin: 'https://evil.example' };
      expect(await statusOf(own, transport === 'sse' ? 'GET' : 'POST', origin)).toBe(200);
      const endpoint = await berth.call('endpoint.mint', { slug: 'mkp', name: 'page' });
      expect(await statusOf(endpoint.url, 'POST', endpoint.headers)).toBe(200);
      expect(await statusOf(endpoint.url, 'POST', { ...endpoint.headers, ...origin })).toBe(403);
      expect(await statusOf(endpoint.url, 'POST', { ...endpoint.headers, host: 'evil.example' })).toBe(403);
    });

    test('follows the active context under the same session, and a production cluster caps the guard', async () => {
      await berth.call('contexts.use', { context: clusters.production.context });
      const { text, isError } = await listProviders(client);
      expect({ text, isError }).toEqual({
        text: expect.stringContaining(clusters.production.provider),
        isError: false,
      });
      expect(text).not.toContain(clusters.staging.provider);
      const capped = await berth.connect('full');
      expect((await capped.tools()).sort()).toEqual(['get_resource', 'list_resources']);
      await berth.call('contexts.use', { context: clusters.staging.context });
      expect((await listProviders(client)).text).toContain(clusters.staging.provider);
    });

    test('stopping leaves nothing behind', async () => {
      await berth.stopLeavesNothing('mkp');
      await berth.stopLeavesNothing('full');
    });
  });
}

/** The status of an `initialize`, or of the opening of a stream, which is broken off at once. */
function statusOf(url: string, method: 'GET' | 'POST', headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      },
    );
    asked.once('error', reject);
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'page', version: '1' } };
    asked.end(method === 'GET' ? undefined : JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
  });
}
