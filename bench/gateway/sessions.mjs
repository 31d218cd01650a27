import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf } from '../lib/processes.mjs';
import { HttpClient } from './http-client.mjs';

const SESSIONS = 1_000;
/** Opened at once. */
const TOGETHER = 50;
/** What the opening leaves to be collected goes when it likes; so long is looked at for the least. */
const SETTLE_MS = 5_000;

/**
 * What idle sessions of AI clients cost, in MiB: each has said `initialize` and keeps the stream open on which the server may speak, as
 * the official SDK does. A few are opened and closed again before, so that it is not the first time that is measured.
 * @param {{ pid: number, control: any }} berth
 * @param {string} slug
 */
export async function idleSessions(berth, slug) {
  const endpoint = await berth.control.call('endpoint.mint', { slug, name: 'idle' });
  await closeAll(await openAll(endpoint, TOGETHER));
  const before = await settledMemory(berth.pid);
  const clients = await openAll(endpoint, SESSIONS);
  const after = await settledMemory(berth.pid);
  await closeAll(clients);
  return after - before;
}

async function openAll(endpoint, count) {
  const clients = [];
  while (clients.length < count) {
    const more = Array.from({ length: Math.min(TOGETHER, count - clients.length) }, async () => {
      const client = await HttpClient.open(endpoint);
      await client.listen();
      return client;
    });
    clients.push(...(await Promise.all(more)));
  }
  return clients;
}

async function closeAll(clients) {
  await Promise.all(clients.map((client) => client.end()));
}

/** The least resident memory of some seconds. */
async function settledMemory(pid) {
  let least = Number.POSITIVE_INFINITY;
  for (const until = performance.now() + SETTLE_MS; performance.now() < until; await sleep(250)) {
    least = Math.min(least, memoryOf(pid).rss);
  }
  return least;
}
