import { Download, Search } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { type CallRecord, callRecordSchema } from '../../../contract/model/activity.ts';
import { ALL } from '../../../contract/model/all.ts';
import type { AuditEntry, AuditFilter } from '../../../contract/model/audit.ts';
import { callOutcomes } from '../../model/call-outcomes.ts';
import { count } from '../../model/words.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Page } from '../../shell/page.tsx';
import { replaceRoute, useRoute } from '../../shell/use-route.ts';
import { Button } from '../../ui/button.tsx';
import { saveText } from '../../ui/clipboard.ts';
import { Empty } from '../../ui/empty.tsx';
import { Check, Select, TextInput } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { CallDetails } from './call-details.tsx';
import { CallList } from './call-list.tsx';
import { LatencyChart } from './latency-chart.tsx';
import { useAudit } from './use-audit.ts';

type Outcome = CallRecord['outcome'];
const outcomes = callRecordSchema.shape.outcome.options;
const isOutcome = (text: string | undefined): text is Outcome => outcomes.some((outcome) => outcome === text);

/** Every call that went through an endpoint, from the audit log: who, what, where, how long, and how it ended. */
export function ActivityPage() {
  const servers = useStatus((status) => status.servers);
  const { server, outcome, client } = useRoute().query;
  const [toolsOnly, setToolsOnly] = useState(true);
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<AuditEntry | null>(null);
  const text = useDeferredValue(search.trim());
  const filter = useMemo(
    (): AuditFilter => ({
      toolsOnly,
      ...(server ? { slug: server } : {}),
      ...(client ? { client } : {}),
      ...(isOutcome(outcome) ? { outcomes: [outcome] } : {}),
      ...(text ? { text } : {}),
    }),
    [toolsOnly, server, client, outcome, text],
  );
  const { entries, missed, error } = useAudit(filter);
  const clients = useMemo(
    () => [...new Set([...entries.map((entry) => entry.client), ...(client ? [client] : [])])].sort(),
    [entries, client],
  );
  const choose = (change: Record<string, string>) => {
    const query = { server: server ?? '', outcome: outcome ?? '', client: client ?? '', ...change };
    replaceRoute('activity', [], Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')));
  };
  const narrowed = Boolean(server || client || outcome || text);
  return (
    <Page title="Activity" summary="every call, kept without secrets">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <Select aria-label="Server" value={server ?? ''} onChange={(event) => choose({ server: event.target.value })}>
          <option value="">all servers</option>
          {servers.map(({ slug }) => (
            <option key={slug}>{slug}</option>
          ))}
          <option value={ALL}>all (searches for tools)</option>
          {server && server !== ALL && !servers.some(({ slug }) => slug === server) && (
            <option value={server}>{server} (removed)</option>
          )}
        </Select>
        <Select aria-label="Client" value={client ?? ''} onChange={(event) => choose({ client: event.target.value })}>
          <option value="">all clients</option>
          {clients.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          aria-label="Outcome"
          value={outcome ?? ''}
          onChange={(event) => choose({ outcome: event.target.value })}
        >
          <option value="">all outcomes</option>
          {outcomes.map((one) => (
            <option key={one} value={one}>
              {callOutcomes[one].word}
            </option>
          ))}
        </Select>
        <span className="relative min-w-32 flex-1">
          <Search size={14} aria-hidden className="absolute top-[7px] left-2 text-muted" />
          <TextInput
            aria-label="Search calls"
            placeholder="Search tools, arguments, reasons"
            className="!pl-7"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
        <Check checked={!toolsOnly} onChange={(event) => setToolsOnly(!event.target.checked)}>
          Lists and reads too
        </Check>
        <Button
          size="small"
          aria-label="Export shown calls"
          icon={<Download size={12} aria-hidden />}
          disabled={entries.length === 0}
          onClick={() => saveText('berth-audit.jsonl', lines(entries), 'application/jsonl')}
        >
          Export
        </Button>
      </div>
      {error && (
        <div className="p-3">
          <ErrorNotice error={error} />
        </div>
      )}
      <LatencyChart entries={entries} />
      <div className="relative flex min-h-0 flex-1">
        {entries.length === 0 ? (
          <Empty title={narrowed ? 'No call matches' : 'No calls yet'}>
            {narrowed
              ? 'Choose other filters, or search for something else.'
              : 'Calls of AI clients, of the inspector and of the berth command appear here as they end.'}
          </Empty>
        ) : (
          <CallList entries={entries} selected={selected} onSelect={setSelected} />
        )}
        {selected && <CallDetails entry={selected} onClose={() => setSelected(null)} />}
      </div>
      <p role="status" className="shrink-0 border-t border-line px-4 py-1 text-sm text-muted">
        {count(entries.length, 'call')}
        {missed > 0 && <span className="text-warn"> · {count(missed, 'call')} came too fast to be shown</span>}
      </p>
    </Page>
  );
}

/** Oldest first, as in the file that Berth keeps. */
function lines(entries: readonly AuditEntry[]): string {
  return `${[...entries]
    .reverse()
    .map((entry) => JSON.stringify(entry))
    .join('\n')}\n`;
}
