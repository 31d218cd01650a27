import { addedBeside, beside, ratioRow, valueRow } from './figures.mjs';
import { CROWD } from './rounds.mjs';

const RELAY = 'bare relay';
const peers = ['supergateway', 'mcp-hub', 'mcp-proxy', 'mcp-proxy --no-eventStore'];
/** Those that the bar for one client names. */
const named = ['supergateway', 'mcp-hub'];

/** The rows of everything that was measured, with their bars. */
export function reportRows({ rounds, idleMiB, big, audit, passed }) {
  return [
    ...oneClient(rounds.stdio),
    ...overHttp(rounds.http),
    ...bridges(rounds),
    ...crowd(rounds.crowd),
    valueRow('1,000 idle sessions with open streams', 'MiB', idleMiB, '≤ 50'),
    ...bigAnswers(big),
    valueRow(`calls missing in the audit, of ${audit.calls}`, '', audit.missing, '= 0'),
    valueRow('calls that change something let through, of 2', '', passed, '= 0'),
  ];
}

function oneClient(rounds) {
  const row = (peer, bar) =>
    ratioRow(`stdio→HTTP p50, beside ${peer}`, 'ms', beside(rounds, { peer, kind: 'p50' }), bar);
  const barOf = (peer) => (named.includes(peer) ? '< 1' : null);
  return [...peers.map((peer) => row(peer, barOf(peer))), row(RELAY, '≤ 1.5'), row('direct', null)];
}

function overHttp(rounds) {
  const added = (peer, bar) => {
    const measured = addedBeside(rounds, { peer, kind: 'p50', direct: 'direct' });
    return ratioRow(`HTTP→HTTP added p50, beside a ${peer}`, 'ms', measured, bar);
  };
  return [
    added('pipe of HTTP', '≤ 1.5'),
    added('pipe of sockets', null),
    ratioRow('HTTP→HTTP p50, beside direct', 'ms', beside(rounds, { peer: 'direct', kind: 'p50' }), null),
  ];
}

function bridges({ bridge, memory, connect }) {
  const row = (figure, unit, rounds, kind, bar) =>
    ratioRow(`bridge ${figure}, beside mcp-remote`, unit, beside(rounds, { peer: 'mcp-remote', kind }), bar);
  return [
    row('p50', 'ms', bridge, 'p50', '≤ 0.8'),
    row('connect', 'ms', connect, 'connect', '≤ 0.6'),
    row('RSS', 'MiB', memory, 'rss', '≤ 0.5'),
  ];
}

function crowd(rounds) {
  const row = (figure, unit, peer, kind, bar) =>
    ratioRow(`${CROWD} clients ${figure}, beside ${peer}`, unit, beside(rounds, { peer, kind }), bar);
  return [
    ...peers.map((peer) => row('throughput', '/s', peer, 'rate', '> 1')),
    row('throughput', '/s', RELAY, 'rate', '≥ 0.7'),
    ...peers.map((peer) => row('p99', 'ms', peer, 'p99', '< 1')),
    row('p99', 'ms', RELAY, 'p99', null),
  ];
}

function bigAnswers({ gateway, relay, bridge }) {
  const besideRelay = ({ peak }) => ({ berth: peak, peer: relay.peak, ratio: peak / relay.peak });
  return [
    valueRow('answers of 10 MB that did not arrive whole', '', gateway.broken + bridge.broken, '= 0'),
    ratioRow('10 MB: peak of the core over idle, beside the bare relay', 'MiB', besideRelay(gateway), '≤ 1'),
    // What keeps one answer of ten is a leak.
    valueRow('10 MB: more of the core for each answer, a second time', 'MiB', gateway.grownPerAnswer, '≤ 1'),
    valueRow('10 MB: more of the bridge for each answer, a second time', 'MiB', bridge.grownPerAnswer, '≤ 1'),
  ];
}
