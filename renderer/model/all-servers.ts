import type { AllMode } from '../../contract/model/all.ts';
import type { Server } from '../../contract/model/server.ts';
import { count } from './words.ts';

export const allModeChoices: readonly { mode: AllMode; title: string; consequence: string }[] = [
  { mode: 'tools', title: 'Every tool', consequence: 'Clients see all tools, each named SERVER__TOOL.' },
  {
    mode: 'search',
    title: 'Search',
    consequence:
      'Clients see two tools, one that finds the others and one that calls them: far fewer tokens with many tools.',
  },
];

/** What the mode means, as part of a sentence. */
export const allModeClauses: Readonly<Record<AllMode, string>> = {
  tools: 'clients see every tool',
  search: 'clients search for tools',
};

/** What is behind the endpoint of all servers now: `43 tools of 2 running servers`. */
export function allSummary(servers: readonly Pick<Server, 'state' | 'tools'>[]): string {
  const running = servers.filter(({ state }) => state === 'ready' || state === 'degraded');
  if (running.length === 0) return 'no server runs now';
  const tools = running.reduce((sum, server) => sum + (server.tools ?? 0), 0);
  return `${count(tools, 'tool')} of ${count(running.length, 'running server')}`;
}
