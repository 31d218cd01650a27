import type { AllMode } from '../../../../contract/model/all.ts';
import type { GatewayTargets } from '../ports.ts';
import { CALL_TOOL, FIND_TOOL } from './search-tools.ts';

/** What a server says of itself is cut after so many characters: a client reads this before it does anything. */
const MAX_NOTE = 2_000;

/** What a client is told at `initialize`: which servers there are, and how names tell them apart. */
export function instructionsText(mode: AllMode, targets: GatewayTargets): string {
  const how =
    mode === 'search'
      ? `Find tools with ${FIND_TOOL} and call them with ${CALL_TOOL}.`
      : "The names of tools and prompts begin with the server's name and two underscores.";
  const notes = targets.slugs().flatMap((slug) => {
    const note = targets.get(slug)?.current()?.initializeResult.instructions?.trim() ?? '';
    return note === '' ? [] : [`${slug} says:\n${note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE)}…` : note}`];
  });
  const head = `Berth brings several Kubernetes MCP servers together. ${how} Each works on the context that stands beside it, which its user may change; the guard says what may be called.`;
  return [`${head}\n${serversText(targets)}`, ...notes].join('\n\n');
}

/** A line for each server: its name, its context, its guard, and whether it runs. */
export function serversText(targets: GatewayTargets): string {
  const lines = targets.slugs().flatMap((slug) => {
    const target = targets.get(slug);
    if (!target) return [];
    const context = target.context();
    const facts = [
      context === null ? null : `context ${context}`,
      `guard ${target.guard().level}`,
      target.current() ? null : 'not running now',
    ];
    return [`- ${slug}: ${facts.filter((fact) => fact !== null).join(', ')}`];
  });
  return lines.length === 0 ? 'No server is docked yet.' : `Servers:\n${lines.join('\n')}`;
}
