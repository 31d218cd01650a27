import type { Tool } from '../../../contract/model/inspector.ts';
import { toolClaims } from '../../model/tool-search.ts';
import { Tag } from '../../ui/tags.tsx';

/** What a tool claims about itself. */
export function ToolBadges({ tool }: { tool: Tool }) {
  return toolClaims(tool).map((claim) => (
    <Tag key={claim.word} tone={claim.tone} title={claim.meaning}>
      {claim.word}
    </Tag>
  ));
}
