import { ChevronLeft, X } from 'lucide-react';
import { useEffect } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { navigate, replaceRoute } from '../../shell/use-route.ts';
import { mayDo, useServerActions } from '../../shell/use-server-actions.ts';
import { Button } from '../../ui/button.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { LogView } from '../logs/log-view.tsx';
import { ActivityTab } from './activity-tab.tsx';
import { ExposureNotice } from './exposure-notice.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { ToolsTab } from './tools-tab.tsx';

/** Everything about one server. `test` begins with the connection test. */
export function ServerPanel({ server, tab, test }: { server: Server; tab: string; test: boolean }) {
  const { slug } = server;
  const act = useServerActions();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (
        event.key === 'Escape' &&
        !event.defaultPrevented &&
        !document.querySelector('[role="dialog"], [role="menu"]')
      ) {
        navigate('servers');
      }
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  const tabs = [
    { id: 'overview', title: 'Overview', content: <OverviewTab server={server} test={test} /> },
    {
      id: 'tools',
      title: <>Tools{server.tools === null ? '' : <span className="ml-1 text-faint">{server.tools}</span>}</>,
      content: <ToolsTab server={server} />,
    },
    { id: 'logs', title: 'Logs', content: <LogView slug={slug} compact /> },
    { id: 'activity', title: 'Activity', content: <ActivityTab slug={slug} /> },
    { id: 'settings', title: 'Settings', content: <SettingsTab server={server} /> },
  ];
  return (
    <>
      <div className="px-4 pt-3">
        <div className="flex items-center gap-2">
          <Button
            kind="quiet"
            size="icon"
            className="-ml-2 min-[1000px]:hidden"
            aria-label="Back to the list"
            icon={<ChevronLeft size={16} aria-hidden />}
            onClick={() => navigate('servers')}
          />
          <h2 className="truncate text-lg font-semibold">{slug}</h2>
          <StateMark state={server.state} />
          <Button
            kind="quiet"
            size="icon"
            className="-mr-1.5 ml-auto max-[999px]:hidden"
            aria-label="Close"
            icon={<X size={15} aria-hidden />}
            onClick={() => navigate('servers')}
          />
        </div>
        <p className="truncate text-sm text-muted">
          {server.preset}
          {server.context ? ` on ${server.context}` : ''}
        </p>
        <div className="mt-2.5 flex gap-1.5">
          {mayDo('start', server) ? (
            <Button kind="primary" onClick={() => void act('start', [slug])}>
              Start
            </Button>
          ) : (
            <>
              <Button disabled={!mayDo('restart', server)} onClick={() => void act('restart', [slug])}>
                Restart
              </Button>
              <Button disabled={!mayDo('stop', server)} onClick={() => void act('stop', [slug])}>
                Stop
              </Button>
            </>
          )}
          <Button onClick={() => navigate('inspector', [slug])}>Open inspector</Button>
        </div>
        <div className="mt-3 empty:hidden">
          <ExposureNotice server={server} />
        </div>
      </div>
      <div className="mt-3 flex min-h-0 flex-1 flex-col">
        <Tabs
          label={`About ${slug}`}
          current={tabs.some(({ id }) => id === tab) ? tab : 'overview'}
          onChange={(next) => replaceRoute('servers', next === 'overview' ? [slug] : [slug, next])}
          tabs={tabs}
        />
      </div>
    </>
  );
}
