import { expect } from 'vitest';
import { CallingClient } from '../../../bench/lib/clients.mjs';
import { allowedClusters, clusterOf, type MadeSwitch } from '../../../bench/lib/switch-verdict.mjs';
import type { RpcClient } from '../../../contract/rpc-client.ts';

/** The namespace that each cluster alone has (two-clusters.ts). */
const marks = { east: 'billing', west: 'press' };
const CALLS_PER_SECOND = 20;
const SOON_MS = 10_000;

/** AI clients that call `namespaces_list` while contexts are switched. */
export interface UnderCalls {
  readonly clients: readonly CallingClient[];
  /** Switches, which must succeed; returns when each client has heard of it and has begun a call after it. */
  switchTo(context: 'east' | 'west', options?: { force?: boolean }): Promise<void>;
  /** Resolves when each client has begun and ended a call from now on. */
  oneMoreCallEach(): Promise<void>;
  /** A switch that somebody else makes: its times are kept for the verdict. */
  noted(from: string, to: string, work: () => Promise<unknown>): Promise<void>;
}

/**
 * Runs `body` while one client for each of the slugs calls, 20 calls a second together. Then: no call has failed, and none was
 * answered by a cluster that was not active when it began (D19). Answers how many calls there were.
 */
export async function underCalls(
  berth: RpcClient,
  slugs: readonly string[],
  first: 'east' | 'west',
  body: (under: UnderCalls) => Promise<void>,
): Promise<number> {
  const clients = await Promise.all(
    slugs.map(async (slug, index) =>
      CallingClient.connect(await berth.call('endpoint.mint', { slug, name: `ai-${index}` })),
    ),
  );
  const everyMs = (1000 * clients.length) / CALLS_PER_SECOND;
  for (const [index, client] of clients.entries()) {
    client.start('namespaces_list', everyMs, (index * everyMs) / clients.length);
  }
  const each = async (seen: (client: CallingClient) => boolean, what: string) => {
    const seenByAll = await Promise.all(clients.map((client) => client.until(seen, SOON_MS)));
    expect(seenByAll, what).toEqual(clients.map(() => true));
  };
  const oneMoreCallEach = () => {
    const now = performance.now();
    return each(({ calls }) => (calls.at(-1)?.began ?? 0) > now, 'every client has made a call');
  };
  const switches: MadeSwitch[] = [];
  const noted = async (from: string, to: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    switches.push({ from, to, began, returned: performance.now() });
  };
  try {
    await oneMoreCallEach();
    let active: string = first;
    await body({
      clients,
      noted,
      oneMoreCallEach,
      async switchTo(context, { force = false } = {}) {
        const began = performance.now();
        await noted(active, context, () => berth.call('contexts.use', { context, force }));
        active = context;
        await each(
          ({ listChanges }) => (listChanges.at(-1) ?? 0) > began,
          'every client has heard that its tools changed',
        );
        await oneMoreCallEach();
      },
    });
    await oneMoreCallEach();
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
  }
  const calls = clients.flatMap((client) => client.calls);
  expect(calls.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  const wrong = calls.filter(
    ({ began, text }) => !allowedClusters(began, switches, first).includes(clusterOf(text, marks) ?? ''),
  );
  expect(wrong).toEqual([]);
  return calls.length;
}
