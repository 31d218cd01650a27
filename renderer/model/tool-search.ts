import type { Tool } from '../../contract/model/inspector.ts';

/** Tools whose name, title or description holds every word; those that match by name come first. */
export function filterTools(tools: readonly Tool[], search: string): readonly Tool[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return tools;
  const byName: Tool[] = [];
  const byText: Tool[] = [];
  for (const tool of tools) {
    const name = `${tool.name} ${tool.title ?? tool.annotations?.title ?? ''}`.toLowerCase();
    const text = `${name} ${tool.description ?? ''}`.toLowerCase();
    if (words.every((word) => name.includes(word))) byName.push(tool);
    else if (words.every((word) => text.includes(word))) byText.push(tool);
  }
  return [...byName, ...byText];
}

export interface ToolClaim {
  readonly word: string;
  readonly tone: 'ok' | 'warn' | 'bad' | 'plain';
  /** What the claim means, for the hover. */
  readonly meaning: string;
}

/**
 * What a tool's annotations claim, in words. The defaults of the MCP specification count only where they matter: a tool
 * that does not say that it is read-only may write, and may destroy unless it says that it does not.
 */
export function toolClaims({ annotations = {} }: Pick<Tool, 'annotations'>): ToolClaim[] {
  const claims: ToolClaim[] = [];
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  if (readOnlyHint) claims.push({ word: 'read-only', tone: 'ok', meaning: 'It says that it changes nothing.' });
  else if (destructiveHint)
    claims.push({ word: 'destructive', tone: 'bad', meaning: 'It says that it may delete or overwrite.' });
  else if (destructiveHint === false)
    claims.push({ word: 'writes', tone: 'warn', meaning: 'It says that it only adds, and destroys nothing.' });
  else
    claims.push({
      word: 'may write',
      tone: 'warn',
      meaning: 'It does not say that it only reads, so it may change or destroy things.',
    });
  if (idempotentHint && !readOnlyHint)
    claims.push({ word: 'idempotent', tone: 'plain', meaning: 'Repeating a call changes nothing more.' });
  if (openWorldHint) claims.push({ word: 'open world', tone: 'plain', meaning: 'It reaches systems outside its own.' });
  return claims;
}
