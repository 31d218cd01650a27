import { memoryOfTree } from '../lib/processes.mjs';

/** Starts in each round; one alone scatters. */
const STARTS = 3;

/**
 * How long a client waits from the start of its bridge to the answer to `initialize`, each bridge in turn; in ms, by the route's name.
 * @param {{ name: string, open(): Promise<any> }[]} routes
 * @param {number} round
 */
export async function connects(routes, round) {
  const ms = Object.fromEntries(routes.map(({ name }) => [name, 0]));
  for (let start = 0; start < STARTS; start += 1) {
    for (const { name, open } of (round + start) % 2 === 0 ? routes : routes.toReversed()) {
      const began = performance.now();
      const client = await open();
      ms[name] += (performance.now() - began) / STARTS;
      await client.close();
    }
  }
  return Object.fromEntries(Object.entries(ms).map(([name, connect]) => [name, { connect }]));
}

/**
 * Resident memory of what each client has started, with all that it started in turn, in MiB by the route's name.
 * @param {{ name: string, client: { pid: number } }[]} callers
 */
export function memories(callers) {
  return Object.fromEntries(callers.map(({ name, client }) => [name, { rss: memoryOfTree(client.pid).rss }]));
}
