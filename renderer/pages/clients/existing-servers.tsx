import { useState } from 'react';
import type { ExistingClient, ExistingFinding, ExistingServer } from '../../../contract/model/existing.ts';
import { useLoaded, useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { type Mark, Sign } from '../../ui/state-mark.tsx';
import { Tag } from '../../ui/tags.tsx';
import { ImportDialog } from './import-dialog.tsx';

const marks: Readonly<Record<ExistingFinding['severity'], { mark: Mark; word: string }>> = {
  fail: { mark: 'bad', word: 'Problem' },
  warn: { mark: 'warn', word: 'Warning' },
  info: { mark: 'off', word: 'Note' },
};

/** The servers that users have put into their clients' files by themselves: what is wrong with them, and their way into Berth. */
export function ExistingServers() {
  const clients = useStatus((status) => status.clients);
  const docked = useStatus((status) => status.servers.map(({ slug }) => slug).join());
  const [chosen, setChosen] = useState<{ client: ExistingClient; server: ExistingServer } | null>(null);
  const state = clients.map(({ id, state, entries }) => [id, state, entries.length]);
  const existing = useLoaded<'clients.existing'>(JSON.stringify([state, docked]), (session, signal) =>
    session.call('clients.existing', {}, { signal }),
  );
  const [shown, setShown] = useState<readonly ExistingClient[]>([]);
  // While it is asked again, what was seen last stays.
  if (existing.data && existing.data !== shown) setShown(existing.data);
  const found = shown.filter(({ servers, findings }) => servers.length > 0 || findings.length > 0);
  const count = found.reduce((sum, { servers }) => sum + servers.length, 0);
  if (existing.error)
    return <ErrorNotice error={existing.error} action={<Button onClick={existing.reload}>Try again</Button>} />;
  return (
    <>
      {found.length > 0 && (
        <Box
          title="Servers already in your clients"
          aside={
            <>
              <span>{count === 1 ? '1 server' : `${count} servers`} that Berth did not write</span>
              <Button kind="quiet" size="small" onClick={existing.reload}>
                Look again
              </Button>
            </>
          }
        >
          <ul>
            {found.flatMap((client) => [
              ...(client.findings.length === 0
                ? []
                : [
                    <li key={client.client} className={row}>
                      <div className="min-w-0 flex-1">
                        <p>
                          <span className="font-semibold">{client.title}</span>{' '}
                          <code className="text-sm text-faint wrap-anywhere">{client.file}</code>
                        </p>
                        <Findings findings={client.findings} />
                      </div>
                    </li>,
                  ]),
              ...client.servers.map((server) => (
                <Entry
                  key={`${client.client} ${server.name}`}
                  title={client.title}
                  server={server}
                  onImport={() => setChosen({ client, server })}
                />
              )),
            ])}
          </ul>
        </Box>
      )}
      {chosen && <ImportDialog client={chosen.client} server={chosen.server} onClose={() => setChosen(null)} />}
    </>
  );
}

const row = 'flex items-start gap-3 border-b border-line px-3 py-2.5 last:border-b-0';

function Entry({ title, server, onImport }: { title: string; server: ExistingServer; onImport(): void }) {
  const { name, kind, proposal, notImportable, disabled, findings } = server;
  const what = server.url ?? [server.command, ...server.args].filter(Boolean).join(' ');
  return (
    <li aria-label={`Entry ${name}`} className={row}>
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2">
          <span className="font-semibold">{name}</span>
          <span className="text-muted">in {title}</span>
          {kind !== null && kind !== 'command' && kind !== 'url' && <Tag>{kind}</Tag>}
          {disabled && <Tag>switched off</Tag>}
        </p>
        {what !== '' && (
          <code className="block truncate text-sm text-faint" title={what}>
            {what}
          </code>
        )}
        <Findings findings={findings} />
        {notImportable && kind !== null && <p className="mt-1 text-sm text-muted">{notImportable}</p>}
      </div>
      {proposal && (
        <Button aria-label={`Import ${name} of ${title}`} title="Dock it in Berth" onClick={onImport}>
          Import…
        </Button>
      )}
    </li>
  );
}

function Findings({ findings }: { findings: readonly ExistingFinding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="mt-1.5 flex flex-col gap-1.5">
      {findings.map(({ id, severity, evidence, remedy, line }) => (
        <li key={`${id} ${evidence}`} className="flex items-start gap-2">
          <span className="mt-[5px]">
            <Sign mark={marks[severity].mark} />
          </span>
          <div className="min-w-0 wrap-anywhere">
            <p>
              <span className="sr-only">{marks[severity].word}: </span>
              {sentence(evidence)}
              {line !== null && <span className="text-sm text-faint"> Line {line}.</span>}
            </p>
            <p className="text-sm text-muted">{remedy}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Beside the entry's name the sentence need not begin with it. */
function sentence(evidence: string): string {
  const rest = evidence.replace(/^"[^"]*" /, '');
  return rest === evidence ? evidence : `It ${rest}`;
}
