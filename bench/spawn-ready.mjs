import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bareStart, initialize } from './lib/bare.mjs';
import { root, startBerth } from './lib/berth.mjs';
import { startClusters } from './lib/clusters.mjs';
import { during } from './lib/during.mjs';
import { startOf, whyNoProc } from './lib/processes.mjs';
import { paired, percentile } from './lib/stats.mjs';

const LIMIT = 1.3;

/** Starts that are not counted: the program is found, its version asked and its files are in the cache after them. */
const WARM_UP = 2;

/** Pairs for each of `--repeat`: a start is short, and single ones scatter. */
const PAIRS = 5;

export const bench = {
  name: 'spawn-ready',
  title:
    'start of a stdio server until it is ready: Berth beside a bare spawn + initialize (same program, argv and environment)',
  async run({ repeat, folder, log }) {
    if (whyNoProc) return { rows: [], notes: [], skipped: whyNoProc };
    return during(startClusters(join(folder, 'clusters'), { names: ['east'], log }), (clusters) =>
      during(startBerth(join(folder, 'b'), { kubeconfig: clusters.kubeconfig }), (berth) =>
        measureAll(berth, clusters.missing, repeat * PAIRS),
      ),
    );
  },
};

async function measureAll(berth, missing, pairs) {
  const script = join(root, 'test', 'fixtures', 'servers', 'good-stdio.mjs');
  const options = { command: process.execPath, args: JSON.stringify([script]) };
  const servers = [{ slug: 'fixture', preset: 'command', context: 'none', options, title: 'MCP SDK server (Node)' }];
  if (!missing) {
    const title = 'kubernetes-mcp-server (Go)';
    servers.push({ slug: 'kube', preset: 'kubernetes-mcp-server', context: 'east', title });
  }
  const rows = [];
  const notes = [
    'From the call servers.start on the control socket to the answer to `initialize` at the endpoint; programs are known and warm, as from the second start on.',
    ...(missing ? [`kubernetes-mcp-server was left out: ${missing}`] : []),
  ];
  for (const { title, ...server } of servers) {
    await berth.control.call('servers.add', server);
    const { row, note } = await measure(berth, server.slug, title, pairs);
    rows.push(row);
    notes.push(note);
  }
  return { rows, notes };
}

async function measure(berth, slug, title, pairs) {
  const endpoint = await berth.control.call('endpoint.mint', { slug, name: 'bench' });
  for (let turn = 0; turn < WARM_UP; turn += 1) {
    await startUntilReady(berth, slug, endpoint);
    await berth.control.call('servers.stop', { slugs: [slug] });
  }
  await startUntilReady(berth, slug, endpoint);
  const bare = await copyOfStart(berth, slug);
  await berth.control.call('servers.stop', { slugs: [slug] });
  await bareStart(bare);
  const measured = await paired(
    pairs,
    async () => {
      const ms = await startUntilReady(berth, slug, endpoint);
      await berth.control.call('servers.stop', { slugs: [slug] });
      return ms;
    },
    () => bareStart(bare),
  );
  rmSync(bare.cwd, { recursive: true, force: true });
  const spread = [0.1, 0.9].map((share) => percentile(measured.ratios, share).toFixed(2));
  return {
    row: {
      figure: title,
      berth: measured.berth,
      peer: measured.peer,
      unit: 'ms',
      ratio: measured.ratio,
      bar: `≤ ${LIMIT}`,
      ok: measured.ratio <= LIMIT,
    },
    note: `${title}: medians of ${pairs} pairs; ratios of the pairs from p10 to p90: ${spread.join(' to ')}`,
  };
}

/**
 * The call servers.start on the control socket, and an AI client's `initialize` at the endpoint, which Berth answers as soon as the server
 * is ready: asking for the state again and again would cost Berth more, and the status and the log are told a little later than they change.
 */
async function startUntilReady({ control }, slug, endpoint) {
  const began = performance.now();
  await control.call('servers.start', { slugs: [slug], waitMs: 0 });
  await initialize(endpoint);
  const ms = performance.now() - began;
  const { state } = await control.call('servers.get', { slug });
  if (state !== 'ready') throw new Error(`${slug} is ${state}`);
  return ms;
}

/** How Berth started it, with a copy of the folder that its arguments point into, since Berth removes its own at the end. */
async function copyOfStart({ control, folder }, slug) {
  const { pid } = await control.call('servers.get', { slug });
  const { argv, env, cwd } = startOf(pid);
  const runs = dirname(cwd);
  const copy = join(folder, 'bare');
  cpSync(cwd, copy, { recursive: true });
  const moved = (text) => text.replaceAll(cwd, copy);
  if (!argv.some((text) => text.includes(runs)) && !cwd.includes(runs)) throw new Error(`${slug} runs in ${cwd}`);
  return {
    argv: argv.map(moved),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, moved(value)])),
    cwd: copy,
  };
}
