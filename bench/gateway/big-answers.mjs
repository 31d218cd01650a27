import { forgetPeak, memoryOf, peakOf } from '../lib/processes.mjs';

const BIG_BYTES = 10 * 1024 * 1024;
const CALLS = 30;
/**
 * Answers of 10 MB through one process: how many did not arrive whole, and the highest resident memory, in MiB over what it had before,
 * while they came one after the other and to all clients at once; and by how much more that was for each answer when all came once more.
 * @param {number} pid
 * @param {import('./routes.mjs').Client[]} clients
 */
export async function bigAnswers(pid, clients) {
  const before = memoryOf(pid).rss;
  let broken = 0;
  const peaks = [];
  for (let round = 0; round < 2; round += 1) {
    forgetPeak(pid);
    for (let number = 0; number < CALLS; number += 1) broken += await brokenAnswer(clients[0]);
    for (let number = 0; number < CALLS; number += clients.length) {
      const some = await Promise.all(clients.map(brokenAnswer));
      broken += some.reduce((sum, one) => sum + one, 0);
    }
    peaks.push(peakOf(pid) - before);
  }
  const [first, second] = peaks;
  const answers = CALLS + Math.ceil(CALLS / clients.length) * clients.length;
  return { broken, peak: Math.max(first, second), grownPerAnswer: Math.max(0, second - first) / answers };
}

/** 1 for an answer that is not what was asked for. */
async function brokenAnswer(client) {
  const { result } = await client.request('tools/call', { name: 'big', arguments: { bytes: BIG_BYTES } });
  const text = result?.content?.[0]?.text ?? '';
  return text.length === BIG_BYTES && !/[^x]/.test(text) ? 0 : 1;
}
