import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { routeHash } from '../../model/route.ts';
import { filterTools } from '../../model/tool-search.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { TextInput } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { ToolBadges } from '../inspector/tool-badges.tsx';
import { useTools } from '../inspector/use-tools.ts';

/** The tools of a server as an AI client sees them: through its endpoint, after the guard. */
export function ToolsTab({ server }: { server: Server }) {
  const tools = useTools(server);
  const [search, setSearch] = useState('');
  const shown = useMemo(() => filterTools(tools.data ?? [], search), [tools.data, search]);
  if (tools.error && !tools.data) {
    return (
      <div className="p-4">
        <ErrorNotice error={tools.error} action={<Button onClick={tools.reload}>Try again</Button>} />
      </div>
    );
  }
  if (!tools.data) return <p className="p-4 text-muted">Asking for its tools…</p>;
  if (tools.data.length === 0)
    return <Empty title="No tools">The server offers none that its guard lets through.</Empty>;
  return (
    <div>
      <div className="sticky top-0 z-1 border-b border-line bg-panel px-4 py-2">
        <span className="relative block">
          <Search size={14} aria-hidden className="absolute top-[7px] left-2 text-muted" />
          <TextInput
            aria-label="Search tools"
            placeholder={`Search ${tools.data.length} tools`}
            className="!pl-7"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
      </div>
      <ul>
        {shown.map((tool) => (
          <li key={tool.name} className="border-b border-line">
            <a
              href={routeHash('inspector', [server.slug, tool.name])}
              className="block px-4 py-2 hover:bg-raise"
              title="Open in the inspector"
            >
              <span className="flex flex-wrap items-center gap-1.5">
                <code className="font-medium wrap-anywhere">{tool.name}</code>
                <ToolBadges tool={tool} />
              </span>
              {tool.description && <span className="line-clamp-2 text-sm text-muted">{tool.description}</span>}
            </a>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="p-4 text-muted">No tool matches “{search}”.</p>}
    </div>
  );
}
