import type { Tool } from '../../../contract/model/inspector.ts';
import { toolClaims } from '../../model/tool-search.ts';
import { Tag } from '../../ui/tags.tsx';

/** What a tool claims about itself; `mainOnly`: just whether it changes things. */
export function ToolBadges({ tool, mainOnly = false }: { tool: Tool; mainOnly?: boolean }) {
  const claims = toolClaims(tool);
  return (mainOnly ? claims.slice(0, 1) : claims).map((claim) => (
    <Tag key={claim.word} tone={claim.tone} title={claim.meaning}>
      {claim.word}
    </Tag>
  ));
}
