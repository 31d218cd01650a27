import { ChevronLeft, Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Tool } from '../../../contract/model/inspector.ts';
import type { Server } from '../../../contract/model/server.ts';
import { routeHash } from '../../model/route.ts';
import { filterTools } from '../../model/tool-search.ts';
import { count } from '../../model/words.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Page } from '../../shell/page.tsx';
import { useMedia } from '../../shell/use-media.ts';
import { navigate, useRoute } from '../../shell/use-route.ts';
import { useServerActions } from '../../shell/use-server-actions.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { Select, TextInput } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { type Run, useHistory } from './history-context.tsx';
import { HistoryList } from './history-list.tsx';
import { ToolBadges } from './tool-badges.tsx';
import { ToolRunner } from './tool-runner.tsx';
import { useTools } from './use-tools.ts';

/** Calls a server's tools as an AI client would: through its endpoint, under its guard. */
export function InspectorPage() {
  const servers = useStatus((status) => status.servers);
  const { path, query } = useRoute();
  const [wanted, tool] = path;
  const server =
    servers.find(({ slug }) => slug === wanted) ??
    (wanted === undefined ? (servers.find(({ state }) => state === 'ready') ?? servers[0]) : undefined);
  return (
    <Page
      title="Inspector"
      summary={server ? `${server.slug} through its endpoint, as an AI client sees it` : undefined}
    >
      {server ? (
        <Inspector key={server.slug} server={server} toolName={tool ?? null} runId={Number(query['run']) || null} />
      ) : (
        <Empty
          title={wanted === undefined ? 'No server to inspect' : `There is no server ${wanted}`}
          action={<Button onClick={() => navigate('servers', [], { add: '1' })}>Add server</Button>}
        >
          Dock a server, then call its tools here and see exactly what AI clients get.
        </Empty>
      )}
    </Page>
  );
}

function Inspector({ server, toolName, runId }: { server: Server; toolName: string | null; runId: number | null }) {
  const tools = useTools(server);
  const history = useHistory();
  const act = useServerActions();
  const narrow = useMedia('(max-width: 999px)');
  const tool = tools.data?.find(({ name }) => name === toolName);
  const run = history.runs.find(({ id }) => id === runId);
  const list = <ToolList server={server} tools={tools.data} loading={tools.loading} current={toolName} />;
  const down = server.state === 'stopped' || server.state === 'failed';
  return (
    <div className="flex min-h-0 flex-1">
      {(!narrow || !toolName) && (
        <aside
          aria-label="Tools"
          className={classNames('flex shrink-0 flex-col border-r border-line', narrow ? 'w-full' : 'w-[272px]')}
        >
          {list}
        </aside>
      )}
      {(!narrow || toolName) && (
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {narrow && (
            <a
              href={routeHash('inspector', [server.slug])}
              className="flex items-center gap-1 border-b border-line px-3 py-2 text-muted"
            >
              <ChevronLeft size={15} aria-hidden />
              All tools
            </a>
          )}
          {tools.error && !tools.data && (
            <div className="p-4">
              <ErrorNotice
                error={tools.error}
                action={
                  down ? (
                    <Button kind="primary" onClick={() => void act('start', [server.slug])}>
                      Start {server.slug}
                    </Button>
                  ) : (
                    <Button onClick={tools.reload}>Try again</Button>
                  )
                }
              />
            </div>
          )}
          {tools.data && !toolName && <Start server={server} />}
          {tools.data && toolName && !tool && (
            <Empty title={`There is no tool ${toolName}`}>
              The server does not offer it, or its guard does not let it through.
            </Empty>
          )}
          {tool && (
            <ToolRunner
              key={`${tool.name} ${run?.id ?? ''}`}
              server={server}
              tool={tool}
              shown={matching(run, server, tool)}
            />
          )}
        </div>
      )}
    </div>
  );
}

function matching(run: Run | undefined, server: Server, tool: Tool): Run | null {
  return run && run.slug === server.slug && run.tool === tool.name ? run : null;
}

function Start({ server }: { server: Server }) {
  const { runs } = useHistory();
  if (runs.length > 0) return <HistoryList />;
  return (
    <Empty title="Choose a tool">
      {count(server.tools ?? 0, 'tool')} pass the guard of {server.slug}. Calls go through the endpoint, so what you see
      is what AI clients get.
    </Empty>
  );
}

interface ToolListProps {
  server: Server;
  tools: readonly Tool[] | null;
  loading: boolean;
  current: string | null;
}

function ToolList({ server, tools, loading, current }: ToolListProps) {
  const servers = useStatus((status) => status.servers);
  const [search, setSearch] = useState('');
  const shown = useMemo(() => filterTools(tools ?? [], search), [tools, search]);
  return (
    <>
      <div className="flex flex-col gap-2 border-b border-line p-3">
        <Select
          aria-label="Server"
          value={server.slug}
          onChange={(event) => navigate('inspector', [event.target.value])}
        >
          {servers.map(({ slug }) => (
            <option key={slug}>{slug}</option>
          ))}
        </Select>
        <span className="relative block">
          <Search size={14} aria-hidden className="absolute top-[7px] left-2 text-muted" />
          <TextInput
            aria-label="Search tools"
            placeholder={tools ? `Search ${count(tools.length, 'tool')}` : 'Search tools'}
            className="!pl-7"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
      </div>
      <ul className="min-h-0 flex-1 overflow-y-auto p-1.5">
        {shown.map((tool) => (
          <li key={tool.name}>
            <a
              href={routeHash('inspector', [server.slug, tool.name])}
              aria-current={tool.name === current || undefined}
              title={tool.description}
              className={classNames(
                'flex flex-wrap items-center gap-x-1.5 rounded-md px-2 py-1',
                tool.name === current ? 'bg-accent-bg' : 'hover:bg-code',
              )}
            >
              <code className="min-w-0 flex-1 wrap-anywhere">{tool.name}</code>
              <ToolBadges tool={tool} mainOnly />
            </a>
          </li>
        ))}
        {tools === null && loading && <li className="px-2 py-1 text-muted">Asking for its tools…</li>}
        {tools !== null && shown.length === 0 && (
          <li className="px-2 py-1 text-muted">
            {search ? `No tool matches “${search}”.` : 'It offers no tool that passes its guard.'}
          </li>
        )}
      </ul>
    </>
  );
}
