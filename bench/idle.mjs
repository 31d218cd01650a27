import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, startBerth } from './lib/berth.mjs';
import { during } from './lib/during.mjs';
import { cpuSeconds, descriptorsOf, memoryOf, whyNoProc } from './lib/processes.mjs';

const SERVERS = 50;
/** After the last server is ready: what the start still has to do is not idling. */
const SETTLE_MS = 15_000;
/** Two rounds of pings (every 30 s) fall into each. */
const WINDOW_MS = 60_000;

const CPU_OF_ONE_CORE = 0.01;
const MEMORY_OF_CHILDREN = 0.2;

export const bench = {
  name: 'idle',
  title: `a core with ${SERVERS} idle servers beside the sum of its servers, over ${WINDOW_MS / 1000} s`,
  async run({ folder, log }) {
    if (whyNoProc) return { rows: [], notes: [], skipped: whyNoProc };
    return during(startBerth(join(folder, 'b')), (berth) => measure(berth, log));
  },
};

async function measure(berth, log) {
  const { control, pid } = berth;
  const empty = memoryOf(pid);
  const args = JSON.stringify([join(root, 'test', 'fixtures', 'servers', 'good-stdio.mjs')]);
  for (let number = 1; number <= SERVERS; number += 1) {
    const slug = `idle-${String(number).padStart(2, '0')}`;
    const options = { command: process.execPath, args };
    await control.call('servers.add', { slug, preset: 'command', context: 'none', options });
  }
  log(`starting ${SERVERS} servers`);
  const began = performance.now();
  const servers = await control.call('servers.start', { all: true, slugs: [], waitMs: 120_000 });
  const startMs = performance.now() - began;
  const down = servers.filter(({ state }) => state !== 'ready');
  if (down.length > 0) throw new Error(`not ready: ${down.map(({ slug, state }) => `${slug} ${state}`).join(', ')}`);
  const children = servers.map((server) => server.pid);
  await sleep(SETTLE_MS);
  log(`idling for ${WINDOW_MS / 1000} s`);
  const cpuOf = (pids) => pids.reduce((sum, one) => sum + cpuSeconds(one), 0);
  const before = { core: cpuSeconds(pid), children: cpuOf(children), at: performance.now() };
  await sleep(WINDOW_MS);
  const seconds = (performance.now() - before.at) / 1000;
  const core = cpuSeconds(pid) - before.core;
  const all = cpuOf(children) - before.children;
  const memory = memoryOf(pid);
  const memories = children.map(memoryOf);
  const sum = (kind) => memories.reduce((total, one) => total + one[kind], 0);
  return { rows: rows({ core, all, seconds, memory, sum }), notes: notes({ empty, startMs, pid, seconds }) };
}

function rows({ core, all, seconds, memory, sum }) {
  const perCore = core / seconds;
  const ofAll = memory.rss / sum('rss');
  return [
    {
      figure: 'CPU of the core, of one core',
      berth: perCore * 100,
      peer: 100,
      unit: '%',
      ratio: perCore,
      bar: `≤ ${CPU_OF_ONE_CORE}`,
      ok: perCore <= CPU_OF_ONE_CORE,
    },
    {
      figure: 'CPU beside all servers',
      berth: core,
      peer: all,
      unit: 's',
      ratio: all === 0 ? null : core / all,
      bar: all === 0 ? null : '≤ 1',
      ok: all === 0 || core <= all,
    },
    {
      figure: 'memory (RSS) beside all servers',
      berth: memory.rss,
      peer: sum('rss'),
      unit: 'MiB',
      ratio: ofAll,
      bar: `≤ ${MEMORY_OF_CHILDREN}`,
      ok: ofAll <= MEMORY_OF_CHILDREN,
    },
    {
      figure: 'memory that nobody shares (PSS)',
      berth: memory.pss,
      peer: sum('pss'),
      unit: 'MiB',
      ratio: memory.pss / sum('pss'),
      bar: null,
      ok: true,
    },
  ];
}

function notes({ empty, startMs, pid, seconds }) {
  const lifelines = 'each server has a small sh that ends it should Berth be killed; they sleep and are not counted';
  return [
    `One window of ${seconds.toFixed(0)} s after ${SETTLE_MS / 1000} s of settling. The servers are Node with the MCP SDK; nobody looks at a window.`,
    `The core without servers had ${empty.rss.toFixed(0)} MiB; it holds ${descriptorsOf(pid)} descriptors with ${SERVERS}.`,
    `All ${SERVERS} were ready ${(startMs / 1000).toFixed(1)} s after they were asked for; ${lifelines}.`,
  ];
}
