import { during } from '../lib/during.mjs';
import { auditedCalls, changePasses } from './audit-proof.mjs';
import { bigAnswers } from './big-answers.mjs';
import { connects, memories } from './bridges.mjs';
import { CROWD, crowds, latencies, warmUp } from './rounds.mjs';
import { bridgeRoutes, httpRoutes, slugs, stdioRoutes } from './routes.mjs';
import { idleSessions } from './sessions.mjs';

/** Clients that take a big answer at the same time. */
const BIG_TOGETHER = 4;

/**
 * Everything that the bench measures, in one run. Berth has the upstream docked twice.
 * @param {{ folder: string, berth: any, scripts: Record<string, string>, port: number, repeat: number, log(text: string): void }} parts
 */
export async function measure({ folder, berth, scripts, port, repeat, log }) {
  // First, on a Berth that nobody has used: later, room that was needed before would pass for none.
  log('opening idle sessions');
  const idleMiB = await idleSessions(berth, slugs.stdio);
  log('starting every gateway');
  const tally = { calls: 0 };
  const bridges = bridgeRoutes({ folder, berth, scripts, port, tally });
  return during(together(stdioRoutes({ folder, berth, scripts, tally })), ({ routes: stdio }) =>
    during(together(httpRoutes({ folder, berth, port, tally })), async ({ routes: http }) => {
      const rounds = await inRounds({ stdio, http, bridges }, repeat, log);
      log('passing big answers');
      const big = await bigOnes(stdio, bridges);
      const missing = tally.calls - auditedCalls(berth.folder);
      return { ...rounds, idleMiB, big, audit: { calls: tally.calls, missing }, passed: await changePasses(berth) };
    }),
  );
}

async function inRounds({ stdio, http, bridges }, repeat, log) {
  const callersOf = (routes) => withClients(routes, async ({ open }) => ({ client: await open() }));
  const all = { stdio: await callersOf(stdio), http: await callersOf(http), bridges: await callersOf(bridges) };
  const gateways = stdio.filter(({ name }) => name !== 'direct');
  const clientsOf = async ({ open }) => ({ clients: await Promise.all(Array.from({ length: CROWD }, () => open())) });
  const crowd = await withClients(gateways, clientsOf);
  log('warming up');
  for (const callers of Object.values(all)) await warmUp(callers);
  await crowds(crowd, 0);
  const rounds = { stdio: [], http: [], bridge: [], memory: [], connect: [], crowd: [] };
  for (let round = 0; round < repeat; round += 1) {
    rounds.stdio.push(await latencies(all.stdio, round));
    rounds.http.push(await latencies(all.http, round));
    rounds.bridge.push(await latencies(all.bridges, round));
    rounds.memory.push(memories(all.bridges));
    rounds.connect.push(await connects(bridges, round));
    rounds.crowd.push(await crowds(crowd, round));
    log(`round ${round + 1} of ${repeat}`);
  }
  for (const { client } of Object.values(all).flat()) await client.close();
  for (const { clients } of crowd) await Promise.all(clients.map((client) => client.close()));
  return { rounds };
}

/** Berth's gateway and its bridge, beside the bare relay. */
async function bigOnes(stdio, bridges) {
  const through = async (name) => {
    const { pid, open } = stdio.find((route) => route.name === name);
    const clients = await Promise.all(Array.from({ length: BIG_TOGETHER }, () => open()));
    const answers = await bigAnswers(pid, clients);
    await Promise.all(clients.map((client) => client.close()));
    return answers;
  };
  const bridge = await bridges.find(({ name }) => name === 'berth').open();
  const bridged = await bigAnswers(bridge.pid, [bridge]);
  await bridge.close();
  return { gateway: await through('berth'), relay: await through('bare relay'), bridge: bridged };
}

/** Routes with what `open` makes of each, one after the other. */
async function withClients(routes, open) {
  const made = [];
  for (const route of routes) made.push({ name: route.name, tool: route.tool, ...(await open(route)) });
  return made;
}

/** What ends as one. */
async function together(starting) {
  const routes = await starting;
  return {
    routes,
    async stop() {
      for (const route of routes) await route.stop();
    },
  };
}
