import { useStatus } from '../../session/session-context.tsx';
import { Page } from '../../shell/page.tsx';
import { replaceRoute, useRoute } from '../../shell/use-route.ts';
import { Select } from '../../ui/field.tsx';
import { LogView } from './log-view.tsx';

/** What servers write and what Berth does with them. */
export function LogsPage() {
  const servers = useStatus((status) => status.servers);
  const slug = useRoute().query['server'] ?? null;
  const known = slug === null || slug === 'berth' || servers.some((server) => server.slug === slug);
  return (
    <Page title="Logs" summary="secrets are removed before a line is stored">
      <LogView
        key={slug ?? ''}
        slug={slug}
        lead={
          <Select
            aria-label="Server"
            value={slug ?? ''}
            onChange={(event) => replaceRoute('logs', [], event.target.value ? { server: event.target.value } : {})}
          >
            <option value="">all servers</option>
            {servers.map((server) => (
              <option key={server.slug}>{server.slug}</option>
            ))}
            <option value="berth">Berth itself</option>
            {!known && slug !== null && <option value={slug}>{slug} (removed)</option>}
          </Select>
        }
      />
    </Page>
  );
}
