import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server, Transport } from '../../../contract/model/server.ts';
import type { ConnectedClient } from '../../e2e/support/mcp-client.ts';
import { BerthWith } from './berth-with.ts';
import { argumentsOf, connectPastBerth, environmentOf } from './beside-berth.ts';
import { type Clusters, kubeconfigOf } from './clusters.ts';
import { spellingsOfForbiddenFlags } from './forbidden-flags.ts';

export interface MtvStory {
  /** Path of the program. */
  readonly program: () => string;
  readonly transport: Transport;
  readonly clusters: () => Promise<Clusters>;
}

const everywhere = { all_namespaces: true };

/** One kubectl-mtv, docked, used and stopped: each test goes on where the one before ended. */
export function tellMtvStory(title: string, { program, transport, clusters: startClusters }: MtvStory): void {
  describe(`${title} over ${transport}`, () => {
    let clusters: Clusters;
    let berth: BerthWith;
    let client: ConnectedClient;
    let server: Server;
    const dock = (slug: string, change: { guard?: 'full' } = {}) =>
      berth.dock({ preset: 'kubectl-mtv', slug, transport, options: { program: program() }, ...change });
    /** A kubeconfig whose current context is the other cluster. */
    const kubeconfigElsewhere = async () => {
      const file = join(clusters.kubeconfig, '..', 'elsewhere.yaml');
      await writeFile(file, kubeconfigOf([clusters.production, clusters.staging]), { mode: 0o600 });
      return file;
    };
    const providers = (of: Pick<ConnectedClient, 'call'>) =>
      of.call('mtv_read', { command: 'get provider', flags: everywhere });

    beforeAll(async () => {
      clusters = await startClusters();
      berth = await BerthWith.start(clusters);
    }, 300_000);
    afterAll(async () => {
      await berth?.end();
      await clusters?.stop();
    });

    test('is ready, although it says nothing when it starts, and only reads', async () => {
      server = await dock('mtv');
      expect(server).toMatchObject({ transport, guard: 'read-only', serverInfo: { name: 'kubectl-mtv' } });
      const args = await argumentsOf(server);
      expect(args).toContain('mcp-server');
      expect(args).toContain('--read-only');
      expect(await berth.logOf('mtv')).not.toMatch(/^std(out|err):/m);
      client = await berth.connect('mtv');
      expect((await client.tools()).sort()).toEqual(['mtv_help', 'mtv_read']);
    });

    test('answers from the context that it is bound to, and help without any', async () => {
      const { text, isError } = await providers(client);
      expect({ text, isError }).toEqual({ text: expect.stringContaining(clusters.staging.provider), isError: false });
      expect(text).not.toContain(clusters.production.provider);
      const help = await client.call('mtv_help', { command: 'get provider' });
      expect(help).toMatchObject({ isError: false, text: expect.stringContaining('provider') });
    });

    test('a write is refused by its name too, and passes at the guard "full"', async () => {
      const write = { command: 'delete plan', flags: { name: 'no-such-plan', namespace: 'openshift-mtv' } };
      const refused = await client.call('mtv_write', write);
      expect(refused).toMatchObject({
        isError: true,
        text: expect.stringContaining('Berth refused the tool mtv_write'),
      });

      const full = await dock('full', { guard: 'full' });
      expect(full.effectiveGuard).toBe('full');
      expect(await argumentsOf(full)).not.toContain('--read-only');
      const writer = await berth.connect('full');
      expect((await writer.tools()).sort()).toEqual(['mtv_help', 'mtv_read', 'mtv_write']);
      const answer = await writer.call('mtv_write', write);
      expect(answer.text).not.toContain('Berth refused');
      expect(answer.text).toMatch(/no-such-plan|not found|forbidden|read-only/i);
      for (const flags of [{ kubeconfig: clusters.kubeconfig }, { server: clusters.production.peer.url }]) {
        const leaving = await writer.call('mtv_write', { ...write, flags: { ...write.flags, ...flags } });
        expect(leaving).toMatchObject({ isError: true, text: expect.stringContaining('Berth refused') });
      }
    });

    test('its options reach it', async () => {
      const inventory = 'http://127.0.0.1:1';
      await berth.dock({
        preset: 'kubectl-mtv',
        slug: 'options',
        transport,
        options: {
          program: program(),
          'output-format': 'text',
          'max-response-chars': 50,
          'inventory-url': inventory,
          'vddk-init-image': 'registry.example.com/vddk:1',
        },
      });
      const docked = await berth.call('servers.get', { slug: 'options' });
      expect(await environmentOf(docked)).toMatchObject({
        MTV_INVENTORY_URL: inventory,
        MTV_VDDK_INIT_IMAGE: 'registry.example.com/vddk:1',
      });
      const asText = await providers(await berth.connect('options'));
      expect(asText.text).toContain('[truncated at 50 chars');
      expect(asText.text).not.toContain('|');
      await berth.stopLeavesNothing('options');
    });

    test('asked past Berth, it leaves the cluster and takes over the identity of whoever asks', async () => {
      const elsewhere = { ...everywhere, kubeconfig: await kubeconfigElsewhere() };
      const past = await connectPastBerth(server, {});
      const left = await past.call('mtv_read', { command: 'get provider', flags: elsewhere });
      expect(left).toMatchObject({ isError: false, text: expect.stringContaining(clusters.production.provider) });
      await past.close();
      if (transport === 'stdio') return;
      const stranger = await connectPastBerth(server, { authorization: 'Bearer of-nobody' });
      expect(await providers(stranger)).toMatchObject({ isError: true });
      await stranger.close();
    });

    test('no flag that leaves the cluster passes at any guard, however it is spelled', async () => {
      const elsewhere = await kubeconfigElsewhere();
      const writer = await berth.connect('full');
      const passed: unknown[] = [];
      for (const args of spellingsOfForbiddenFlags('get provider', elsewhere)) {
        for (const caller of [client, writer]) {
          const answer = await caller.call('mtv_read', args);
          if (!answer.isError || !answer.text.includes('Berth refused the tool mtv_read')) passed.push([args, answer]);
          expect(answer.text).not.toContain(clusters.production.provider);
        }
      }
      expect(passed).toEqual([]);
    });

    test("only the command's own flags pass, and nothing that works on this machine instead of the cluster", async () => {
      const writer = await berth.connect('full');
      const read = { command: 'get provider' };
      const refused: [tool: string, args: Record<string, unknown>, why: string][] = [
        ['mtv_read', { ...read, flags: { 'no-such-flag': 'x' } }, 'has no flag "no-such-flag"'],
        ['mtv_read', { ...read, flags: { 'all-namespaces': 'elsewhere' } }, 'takes true or false'],
        ['mtv_read', { command: 'get secret' }, 'there is no command "get secret"'],
        ['mtv_read', { command: 'delete plan', flags: { name: 'x' } }, 'is a write command'],
        ['mtv_write', { command: 'delete plan', flags: { name: '@/etc/hostname' } }, 'a file of this machine'],
        ['mtv_write', { command: 'create vddk-image' }, 'on this machine, not in the cluster'],
      ];
      for (const [tool, args, why] of refused) {
        const answer = await writer.call(tool, args);
        expect(answer).toMatchObject({
          isError: true,
          text: expect.stringContaining(`Berth refused the tool ${tool}`),
        });
        expect(answer.text).toContain(why);
      }
      const asJson = await writer.call('mtv_read', { ...read, flags: { ...everywhere, output: 'json' } });
      expect(asJson).toMatchObject({ isError: false, text: expect.stringContaining(clusters.staging.provider) });
    });

    test("headers of a client do not reach the server: neither Berth's token nor another cluster", async () => {
      const other = await berth.connect('mtv', {
        'X-Kubernetes-Server': clusters.production.peer.url,
        Cookie: 'a=b',
      });
      const { text, isError } = await providers(other);
      expect({ text, isError }).toEqual({ text: expect.stringContaining(clusters.staging.provider), isError: false });
    });

    test('follows the active context under the same session, and a production cluster caps the guard', async () => {
      await berth.call('contexts.use', { context: clusters.production.context });
      const { text, isError } = await providers(client);
      expect({ text, isError }).toEqual({
        text: expect.stringContaining(clusters.production.provider),
        isError: false,
      });
      expect(text).not.toContain(clusters.staging.provider);
      expect(await berth.call('servers.get', { slug: 'full' })).toMatchObject({
        guard: 'full',
        effectiveGuard: 'read-only',
        context: clusters.production.context,
      });
      const capped = await berth.connect('full');
      expect(await capped.tools()).not.toContain('mtv_write');
      await berth.call('contexts.use', { context: clusters.staging.context });
      expect((await providers(client)).text).toContain(clusters.staging.provider);
    });

    test('stopping leaves nothing behind', async () => {
      await berth.stopLeavesNothing('mtv');
      await berth.stopLeavesNothing('full');
    });
  });
}
