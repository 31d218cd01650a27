import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server, Transport } from '../../contract/model/server.ts';
import { isRunning } from '../e2e/support/processes.ts';
import { type BerthWithClusters, startBerthWithClusters } from './support/berth-with-clusters.ts';
import { hasKubectl } from './support/kubectl.ts';

/** The two servers that npm serves, over every transport that they have, each against both real clusters at once. */
interface NpmServer {
  readonly preset: string;
  readonly transports: readonly Transport[];
  /** A call whose answer names the pods of the namespace `shop`. */
  readonly pods: readonly string[];
}

const servers: readonly NpmServer[] = [
  {
    preset: 'kubernetes-mcp-server',
    transports: ['stdio', 'http'],
    pods: ['pods_list_in_namespace', '--arg', 'namespace=shop'],
  },
  {
    preset: 'mcp-server-kubernetes',
    transports: ['stdio', 'http', 'sse'],
    pods: ['kubectl_get', '--args', JSON.stringify({ resourceType: 'pods', namespace: 'shop', output: 'name' })],
  },
];

let berth: BerthWithClusters;

beforeAll(async () => {
  berth = await startBerthWithClusters('admin');
});

afterAll(() => berth?.stop());

const podsOf = { east: ['east-cart', 'east-checkout'], west: ['west-search'] };

async function expectPods(slug: string, call: readonly string[], from: 'east' | 'west'): Promise<void> {
  const { code, stdout, stderr } = await berth.sandbox.cli('call', slug, ...call);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const pod of podsOf[from]) expect(stdout).toContain(pod);
  for (const pod of podsOf[from === 'east' ? 'west' : 'east']) expect(stdout).not.toContain(pod);
}

describe.each(servers)('$preset', ({ preset, transports, pods }) => {
  describe.each(transports)('over %s', (transport) => {
    const add = async (slug: string, context: string) => {
      const options = ['--name', slug, '--context', context, '--transport', transport, '--start'];
      await berth.sandbox.json<Server>('add', preset, ...options);
      return berth.serverWhen(slug, ({ state }) => state === 'ready', 60_000);
    };

    test('each answers from its own cluster, and the one for the active context follows it', async ({ skip }) => {
      skip(preset === 'mcp-server-kubernetes' && !hasKubectl(), 'it needs kubectl, which is not on this machine');
      expect((await berth.sandbox.cli('use', 'east')).code).toBe(0);
      const up = await Promise.all([add('to-east', 'east'), add('to-west', 'west'), add('to-active', 'active')]);
      for (const server of up) expect(server).toMatchObject({ transport, guard: 'read-only', error: null });
      await expectPods('to-east', pods, 'east');
      await expectPods('to-west', pods, 'west');
      await expectPods('to-active', pods, 'east');

      expect((await berth.sandbox.cli('use', 'west')).code).toBe(0);
      await expectPods('to-active', pods, 'west');
      await expectPods('to-east', pods, 'east');
      expect((await berth.server('to-east')).pid).toBe(up[0]?.pid);

      const pids = [...up.map(({ pid }) => pid), (await berth.server('to-active')).pid];
      for (const slug of ['to-east', 'to-west', 'to-active']) {
        expect((await berth.sandbox.cli('remove', slug)).code).toBe(0);
      }
      expect(pids.filter((pid) => isRunning(pid ?? 0))).toEqual([]);
    });
  });
});
