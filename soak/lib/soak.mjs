import { setTimeout as sleep } from 'node:timers/promises';
import { processesIn } from '../../bench/lib/processes.mjs';
import { Actions } from './actions.mjs';
import { Callers } from './callers.mjs';
import { Clusters } from './clusters.mjs';
import { fleet } from './fleet.mjs';
import { History } from './history.mjs';
import { Home } from './home.mjs';
import { quietPoint, settled } from './quiet.mjs';
import { seeded } from './random.mjs';
import { leaks } from './verdict.mjs';

const CALLERS = 4;
/** Pauses between two actions, in ms. */
const PAUSE_MS = [100, 1_500];
/** The longest that servers may take to come to rest: a hung one needs three missed pings, a start its deadline. */
const SETTLE_MS = 240_000;
/** After a SIGKILL of Berth: the lifelines give five seconds to end politely. */
const GONE_MS = 15_000;
const ROUNDS = 4;

/**
 * The whole run: dock, rest; act and kill Berth itself; start it again, act to warm it up; then rounds of acting and resting, whose
 * quiet points are compared; then the end. Answers what is to be printed, and what was wrong.
 */
export async function soak({ folder, minutes, servers: count, seed, log }) {
  const home = await Home.make(folder);
  const clusters = await Clusters.start(home.kubeconfig, ['alpha', 'beta', 'gamma']);
  const servers = fleet(count, clusters.names());
  const actions = new Actions(seeded(seed), clusters, servers);
  const callers = new Callers();
  const history = new History();
  const pauses = seeded(seed + 1);
  const failures = [];
  const points = [];
  const roundMs = (minutes * 60_000) / (ROUNDS + 2);
  const step = (text) => log(`${new Date().toISOString().slice(11, 19)} ${text}`);

  const watched = async () => {
    const berth = await home.start();
    history.restart();
    berth.control.subscribe('status', undefined, (event) => history.take(event));
    actions.begin(berth);
    return berth;
  };
  const act = async (berth, ms) => {
    const until = performance.now() + ms;
    callers.start(
      berth.control,
      servers
        .filter(({ calls }) => calls)
        .slice(0, CALLERS)
        .map(({ slug }) => slug),
    );
    while (performance.now() < until) {
      await actions.next();
      await sleep(pauses.between(...PAUSE_MS));
    }
  };
  const rest = async (berth, where) => {
    await actions.heal();
    await callers.stop();
    for (const wrong of await settled(berth.control, servers, SETTLE_MS)) failures.push(`${where}: ${wrong}`);
  };

  step(`seed ${seed}, ${count} servers, ${minutes} min, ${folder}`);
  let berth = await watched();
  for (const { slug, add } of servers) await berth.control.call('servers.add', { slug, start: true, ...add });
  await rest(berth, 'after docking');
  step('docked; acting, then SIGKILL of Berth');
  await act(berth, roundMs);
  // Told first: without Berth nobody could begin again.
  const stopped = callers.stop();
  await berth.end('SIGKILL');
  await stopped;
  failures.push(...(await leftAfter(folder, GONE_MS, 'after the SIGKILL of Berth')));
  berth = await watched();
  step('started again; acting until it is warm');
  await act(berth, roundMs);
  await rest(berth, 'after warming up');
  for (let round = 0; round <= ROUNDS; round += 1) {
    const point = { at: performance.now(), ...(await quietPoint(berth)) };
    points.push(point);
    step(
      `quiet: ${point.up} up, ${point.descriptors} descriptors, ${point.listeners} listeners, heap ${point.heap.toFixed(1)}, memory ${point.rss.toFixed(0)} MiB`,
    );
    if (round === ROUNDS) break;
    await act(berth, roundMs);
    await rest(berth, `after round ${round + 1}`);
  }
  failures.push(...leaks(points));
  const ended = await berth.end('SIGTERM');
  if (ended !== 0) failures.push(`Berth ended with ${ended}`);
  failures.push(...(await leftAfter(folder, 0, 'after the end')));
  const ledger = home.ledger();
  if (ledger.length > 0) failures.push(`the ledger still holds ${ledger.join(', ')}`);
  await clusters.stop();
  failures.push(...history.unexplained(home.logs));
  if (callers.counts.wrong > 0) failures.push(`${callers.counts.wrong} calls brought an answer to another call`);
  if (callers.counts.answered === 0) failures.push('no call was answered');
  for (const sign of ['MaxListenersExceeded', 'UnhandledPromise', 'Error:']) {
    if (home.said.includes(sign)) failures.push(`Berth wrote to stderr: ${home.said.slice(0, 2_000)}`);
  }
  return { rows: summary({ seed, actions, history, callers, clusters, points }), failures };
}

/** Who still runs in the folder after that time, as sentences. */
async function leftAfter(folder, ms, when) {
  const until = performance.now() + ms;
  for (;;) {
    const left = processesIn(folder).filter(({ pid }) => pid !== process.pid);
    if (left.length === 0) return [];
    if (performance.now() >= until) return left.map(({ pid, command }) => `${when} still runs: ${pid} ${command}`);
    await sleep(200);
  }
}

function summary({ seed, actions, history, callers, clusters, points }) {
  const list = (counts) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const over = (field, digits = 0) => points.map((point) => point[field].toFixed(digits)).join(' → ');
  return [
    ['seed', seed],
    ['actions', list(actions.counts)],
    ['changes of state', history.changes],
    ['calls', list(callers.counts)],
    ['questions to clusters', list(clusters.asked())],
    ['servers up at quiet points', over('up')],
    ['descriptors of the core', over('descriptors')],
    ['listening sockets of the core', over('listeners')],
    ['heap of the core (MiB)', over('heap', 1)],
    ['memory of the core (MiB)', over('rss')],
  ];
}
