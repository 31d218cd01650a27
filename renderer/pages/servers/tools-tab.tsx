import { Search } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { routeHash } from '../../model/route.ts';
import { filterTools } from '../../model/tool-search.ts';
import { useSession } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { TextInput } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ToolBadges } from '../inspector/tool-badges.tsx';
import { useTools } from '../inspector/use-tools.ts';

/** The tools of a server as an AI client sees them: through its endpoint, after the guard. */
export function ToolsTab({ server }: { server: Server }) {
  const tools = useTools(server);
  const [search, setSearch] = useState('');
  const session = useSession();
  const turn = useAction(
    useCallback(
      async (tool: string, on: boolean) => {
        await session.call('servers.update', { slug: server.slug, tools: { [tool]: on } });
        tools.reload();
      },
      [session, server.slug, tools.reload],
    ),
  );
  const shown = useMemo(() => filterTools(tools.data ?? [], search), [tools.data, search]);
  if (tools.error && !tools.data) {
    return (
      <div className="p-4">
        <ErrorNotice error={tools.error} action={<Button onClick={tools.reload}>Try again</Button>} />
      </div>
    );
  }
  if (!tools.data) return <p className="p-4 text-muted">Asking for its tools…</p>;
  if (tools.data.length === 0 && server.toolsOff.length === 0)
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
          <li key={tool.name} className="flex items-start border-b border-line hover:bg-raise">
            <a
              href={routeHash('inspector', [server.slug, tool.name])}
              className="block min-w-0 flex-1 py-2 pl-4"
              title="Open in the inspector"
            >
              <span className="flex flex-wrap items-center gap-1.5">
                <code className="font-medium wrap-anywhere">{tool.name}</code>
                <ToolBadges tool={tool} />
              </span>
              {tool.description && <span className="line-clamp-2 text-sm text-muted">{tool.description}</span>}
            </a>
            <span className="px-4 py-2.5" title="Off: not shown to AI clients, and refused">
              <Switch
                checked
                label={`${tool.name} may be used`}
                disabled={turn.busy}
                onChange={() => void turn.run(tool.name, false)}
              />
            </span>
          </li>
        ))}
      </ul>
      <ToolsOff server={server} onSwitch={(tool) => void turn.run(tool, true)} busy={turn.busy} />
      {shown.length === 0 && <p className="p-4 text-muted">No tool matches “{search}”.</p>}
    </div>
  );
}

/** The tools that were switched off here: the server may offer them, and nobody gets to see them. */
function ToolsOff({ server, onSwitch, busy }: { server: Server; onSwitch(tool: string): void; busy: boolean }) {
  if (server.toolsOff.length === 0) return null;
  return (
    <section aria-label="Switched off">
      <h3 className="border-b border-line bg-code px-4 py-1.5 text-sm text-muted">
        Switched off · not shown to AI clients, and refused
      </h3>
      <ul>
        {server.toolsOff.map((tool) => (
          <li key={tool} className="flex items-center border-b border-line px-4 py-2">
            <code className="min-w-0 flex-1 wrap-anywhere text-muted">{tool}</code>
            <Switch checked={false} label={`${tool} may be used`} disabled={busy} onChange={() => onSwitch(tool)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
