import { join } from 'node:path';
import { startBerth } from './lib/berth.mjs';
import { CallingClient } from './lib/clients.mjs';
import { startClusters } from './lib/clusters.mjs';
import { during } from './lib/during.mjs';
import { childrenOf, descriptorsOf, memoryOf, whyNoProc } from './lib/processes.mjs';
import { percentile } from './lib/stats.mjs';
import { allowedClusters, clusterOf, isDuringSwitch } from './lib/switch-verdict.mjs';

const SWITCHES = 200;
/** After so many, what is opened once is open: connections that are kept, files. */
const WARM_UP = 20;
/** Switches between two signs of life. */
const CHAPTER = 60;
/** Descriptors that pools of kept connections may have more at one time than at another; a leak would be one per switch. */
const POOL_PLAY = 6;
const CALLS_PER_SECOND = 20;
const clusterNames = ['east', 'west'];
/** The namespace that each cluster alone has (lib/clusters.mjs). */
const marks = Object.fromEntries(clusterNames.map((name) => [name, `only-${name}`]));
const tool = 'namespaces_list';

/** Two servers, so that "all or none" means something; over both transports. */
const servers = [
  { slug: 'kube', preset: 'kubernetes-mcp-server', context: 'active', transport: 'stdio' },
  { slug: 'kube-http', preset: 'kubernetes-mcp-server', context: 'active', transport: 'http' },
];
const clientsOf = ['kube', 'kube', 'kube-http'];

/** What old servers get to end after the last switch, and how long a client may wait for a notification, in ms. */
const SETTLE_MS = 20_000;
const NOTICE_MS = 5_000;

export const bench = {
  name: 'switch',
  title: `${SWITCHES} context switches under ${CALLS_PER_SECOND} calls/s from ${clientsOf.length} clients, two real API servers`,
  async run({ folder, log }) {
    return during(startClusters(join(folder, 'clusters'), { names: clusterNames, log }), async (clusters) => {
      if (clusters.missing) return { rows: [], notes: [], skipped: clusters.missing };
      return during(startBerth(join(folder, 'b'), { kubeconfig: clusters.kubeconfig }), (berth) => measure(berth, log));
    });
  },
};

async function measure(berth, log) {
  const { control } = berth;
  const [first] = clusterNames;
  await control.call('contexts.use', { context: first });
  for (const server of servers) await control.call('servers.add', server);
  const started = await control.call('servers.start', { all: true, slugs: [] });
  const down = started.filter(({ state }) => state !== 'ready');
  if (down.length > 0) throw new Error(down.map(({ slug, error }) => `${slug}: ${error?.message}`).join('; '));
  const clients = await Promise.all(
    clientsOf.map(async (slug, index) =>
      CallingClient.connect(await control.call('endpoint.mint', { slug, name: `ai-${index}` })),
    ),
  );
  const under = { control, clients, switches: [], unheard: 0 };
  await switchUnderCalls(under, WARM_UP);
  const before = await settled(berth);
  for (let made = WARM_UP; made < SWITCHES; ) {
    const more = Math.min(CHAPTER, SWITCHES - made);
    await switchUnderCalls(under, more);
    made += more;
    log(`${made} switches`);
  }
  const after = await settled(berth);
  await Promise.all(clients.map((client) => client.stop()));
  return report({ ...under, calls: clients.flatMap(({ calls }) => calls), before, after, first });
}

/** Makes that many switches to and fro while all clients call. */
async function switchUnderCalls(under, count) {
  const { control, clients, switches } = under;
  const everyMs = (1000 * clients.length) / CALLS_PER_SECOND;
  for (const [index, client] of clients.entries()) client.start(tool, everyMs, (index * everyMs) / clients.length);
  const each = (seen) => Promise.all(clients.map((client) => client.until(seen, NOTICE_MS)));
  for (let turn = 0; turn < count; turn += 1) {
    const [from, to] = switches.length % 2 === 0 ? clusterNames : clusterNames.toReversed();
    const began = performance.now();
    await control.call('contexts.use', { context: to });
    const returned = performance.now();
    switches.push({ from, to, began, returned });
    const heard = await each(({ listChanges }) => (listChanges.at(-1) ?? 0) > began);
    under.unheard += heard.filter((one) => !one).length;
    // At least one call of each client begins after every switch, so that each switch is proved to have happened.
    await each(({ calls }) => (calls.at(-1)?.began ?? 0) > returned);
  }
  await Promise.all(clients.map((client) => client.pause()));
}

/** What Berth holds when nothing is under way: waits until only the current servers and their lifelines are left. */
async function settled(berth) {
  if (whyNoProc) return null;
  const wanted = servers.length * 2;
  for (const until = performance.now() + SETTLE_MS; performance.now() < until; ) {
    if (childrenOf(berth.pid).length <= wanted) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    processes: childrenOf(berth.pid).length,
    descriptors: descriptorsOf(berth.pid),
    memory: memoryOf(berth.pid).rss,
  };
}

function grown(before, after) {
  return {
    figure: `descriptors of the core: more than after ${WARM_UP} switches (${before})`,
    berth: after - before,
    peer: null,
    unit: '',
    ratio: null,
    bar: `≤ ${POOL_PLAY}`,
    ok: after - before <= POOL_PLAY,
  };
}

function report({ calls, switches, unheard, before, after, first }) {
  const failed = calls.filter(({ failure }) => failure !== null);
  const answered = calls.filter(({ failure }) => failure === null);
  const wrong = answered.filter(
    (call) => !allowedClusters(call.began, switches, first).includes(clusterOf(call.text, marks)),
  );
  const durations = switches.map(({ began, returned }) => returned - began);
  const msOf = (some) => some.map(({ began, ended }) => ended - began);
  const within = msOf(calls.filter((call) => isDuringSwitch(call, switches)));
  const outside = msOf(calls.filter((call) => !isDuringSwitch(call, switches)));
  const none = (figure, count) => ({
    figure,
    berth: count,
    peer: null,
    unit: '',
    ratio: null,
    bar: '= 0',
    ok: count === 0,
  });
  const plain = (figure, berth, unit) => ({ figure, berth, peer: null, unit, ratio: null, bar: null, ok: true });
  const rows = [
    none(`failed calls of ${calls.length}`, failed.length),
    none('calls answered by the wrong cluster', wrong.length),
    none(`list_changed not received, of ${switches.length * clientsOf.length}`, unheard),
    plain('switch, p50', percentile(durations, 0.5), 'ms'),
    plain('switch, p99', percentile(durations, 0.99), 'ms'),
    plain(`call outside switches, p50 of ${outside.length}`, percentile(outside, 0.5), 'ms'),
    plain('call outside switches, p99', percentile(outside, 0.99), 'ms'),
    plain(`call during a switch, p50 of ${within.length}`, percentile(within, 0.5), 'ms'),
    plain('call during a switch, p99', percentile(within, 0.99), 'ms'),
  ];
  if (before && after) {
    rows.push(
      none('processes left over', Math.max(0, after.processes - servers.length * 2)),
      grown(before.descriptors, after.descriptors),
      plain(`memory of the core after ${WARM_UP}`, before.memory, 'MiB'),
      plain(`memory of the core after ${switches.length}`, after.memory, 'MiB'),
    );
  }
  const told = [...failed.map(({ failure }) => failure), ...wrong.map(({ text }) => `wrong cluster: ${text}`)];
  return {
    rows,
    notes: [
      `Always ${switches.length} switches; the same story with 20 is a test (test/cluster).`,
      ...told.slice(0, 5).map((text) => text.replaceAll('\n', ' ⏎ ').slice(0, 300)),
    ],
  };
}
