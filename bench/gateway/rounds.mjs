import { percentile } from '../lib/stats.mjs';
import { echo, requireEcho } from './messages.mjs';

/** A round's calls of one route come in so many blocks, between which the others have theirs: what else the machine does falls on all. */
const BLOCKS = 10;
const CALLS_PER_BLOCK = 50;
/** Calls that are not counted: gateways run for weeks, and their code is compiled then. */
const WARM_UP_BLOCKS = 20;
/** Clients that call at the same time. */
export const CROWD = 64;
const CALLS_OF_EACH_IN_CROWD = 50;
const STUCK_AFTER_MS = 120_000;

/**
 * One client on each route, calling one after the other.
 * @typedef {{ name: string, tool: string, client: import('./routes.mjs').Client }} Caller
 * What a route took in one round: ms per call, and in a crowd calls per second.
 * @typedef {{ p50: number, p99: number, rate: number }} Taken
 */

/** @param {Caller[]} callers */
export async function warmUp(callers) {
  await inTurn(callers, WARM_UP_BLOCKS, 0);
}

/**
 * One round: every route in turn, block by block.
 * @param {Caller[]} callers
 * @param {number} round
 * @returns {Promise<Record<string, Taken>>} by the route's name
 */
export async function latencies(callers, round) {
  const ms = await inTurn(callers, BLOCKS, round);
  return Object.fromEntries(callers.map(({ name }) => [name, takenOf(ms.get(name), Number.NaN)]));
}

/**
 * One round of crowds: all clients of a route at once, route after route.
 * @param {{ name: string, tool: string, clients: import('./routes.mjs').Client[] }[]} crowds
 * @param {number} round
 * @returns {Promise<Record<string, Taken>>} by the route's name
 */
export async function crowds(crowds, round) {
  const taken = {};
  for (const crowd of rotated(crowds, round)) taken[crowd.name] = await within(oneCrowd(crowd), crowd.name);
  return taken;
}

async function inTurn(callers, blocks, round) {
  const ms = new Map(callers.map(({ name }) => [name, []]));
  for (let block = 0; block < blocks; block += 1) {
    for (const caller of rotated(callers, round + block)) {
      await within(calls(caller, CALLS_PER_BLOCK, ms.get(caller.name)), caller.name);
    }
  }
  return ms;
}

async function oneCrowd({ tool, clients }) {
  const ms = [];
  const began = performance.now();
  await Promise.all(clients.map((client) => calls({ tool, client }, CALLS_OF_EACH_IN_CROWD, ms)));
  return takenOf(ms, (1000 * ms.length) / (performance.now() - began));
}

/** Adds what each call took. */
async function calls({ tool, client }, count, ms) {
  const params = echo(tool);
  for (let number = 0; number < count; number += 1) {
    const began = performance.now();
    const answer = await client.request('tools/call', params);
    ms.push(performance.now() - began);
    requireEcho(answer);
  }
}

function takenOf(ms, rate) {
  return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99), rate };
}

/** Another one begins each time. */
function rotated(items, turns) {
  const start = turns % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** A peer that loses an answer must not keep the bench for ever. */
async function within(work, name) {
  let timer;
  const stuck = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} does not answer any more`)), STUCK_AFTER_MS);
  });
  try {
    return await Promise.race([work, stuck]);
  } finally {
    clearTimeout(timer);
  }
}
