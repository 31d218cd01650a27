import type { GuardLevel } from '../../contract/model/guard.ts';
import { type Server, type ServerState, stateWords, type Transport } from '../../contract/model/server.ts';
import type { Sharing } from '../../contract/model/sharing.ts';

export const transportWords: Readonly<Record<Transport, string>> = {
  stdio: 'stdio',
  http: 'Streamable HTTP',
  sse: 'HTTP+SSE',
};

export const guardChoices: readonly { level: GuardLevel; title: string; consequence: string }[] = [
  {
    level: 'read-only',
    title: 'Read-only',
    consequence:
      'AI clients can look, but change nothing: the server starts with its own read-only switch, and Berth lets no other tool through.',
  },
  {
    level: 'ask',
    title: 'Ask',
    consequence:
      'Reading passes. Any other call waits until you approve it: here, in the tray or in a terminal. An approval is for that one call.',
  },
  {
    level: 'full',
    title: 'Full',
    consequence:
      'Everything passes: AI clients can create, change and delete whatever the credential of the context may.',
  },
];

/** Why the guard that holds is not the one that was chosen; null when it is. */
export function guardReason(
  server: Pick<Server, 'guard' | 'effectiveGuard' | 'production' | 'context'>,
): string | null {
  if (server.guard === server.effectiveGuard) return null;
  const where = server.production ? 'production context' : `context ${server.context ?? ''}`.trim();
  return `${server.guard}, capped by the ${where}`;
}

/** `1 server`, `2 servers`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** What the servers are in, worst last: `5 docked · 3 ready · 1 failed`. */
export function serversSummary(servers: readonly Pick<Server, 'state'>[]): string {
  const order: ServerState[] = ['ready', 'starting', 'restarting', 'stopping', 'stopped', 'degraded', 'failed'];
  const parts = order
    .map((state) => ({ state, number: servers.filter((server) => server.state === state).length }))
    .filter(({ number }) => number > 0)
    .map(({ state, number }) => `${number} ${stateWords[state].toLowerCase()}`);
  return [`${servers.length} docked`, ...parts].join(' · ');
}

/** Last part of a path, for places where the whole is one hover away. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** The ways in which clients can share a server's process, each with what follows from it. */
export const sharingChoices: readonly { sharing: Sharing; title: string; consequence: string }[] = [
  {
    sharing: 'shared',
    title: 'One for all clients',
    consequence: 'Least memory. The server cannot ask a client anything (sampling, elicitation, roots).',
  },
  {
    sharing: 'by-client',
    title: 'One more for each client that can be asked',
    consequence: 'A client that offers sampling, elicitation or roots gets a process of its own; all others share one.',
  },
  {
    sharing: 'dedicated',
    title: 'One for each client',
    consequence: 'For a server that keeps state between calls which clients must not see of each other.',
  },
];
