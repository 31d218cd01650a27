import type { Client } from '../../../contract/model/client.ts';
import { isInstalled } from '../../model/install-choices.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { type Mark, MarkedWord } from '../../ui/state-mark.tsx';
import { Tag } from '../../ui/tags.tsx';
import { Ago } from '../../ui/time.tsx';

const states: Readonly<Record<Client['state'], { mark: Mark; word: string }>> = {
  installed: { mark: 'ok', word: 'Installed' },
  available: { mark: 'off', word: 'Found, nothing installed' },
  changed: { mark: 'warn', word: 'Changed by somebody' },
  wiped: { mark: 'bad', word: 'Entries are gone from its file' },
  orphaned: { mark: 'warn', word: 'Installed, but the application is gone' },
  unreadable: { mark: 'bad', word: 'File cannot be read' },
  absent: { mark: 'off', word: 'Not found on this machine' },
};

const entryStates: Readonly<Record<Client['entries'][number]['state'], string | null>> = {
  installed: null,
  outdated: 'of a former address',
  changed: 'changed',
  missing: 'missing from the file',
  awaited: 'waits for you to confirm it',
};

/** One AI client: its state, its file, our entries in it, and what can be done. */
export function ClientCard({ client, onTask }: { client: Client; onTask(action: 'install' | 'uninstall'): void }) {
  const anyServer = useStatus((status) => status.servers.length > 0);
  const { mark, word } = states[client.state];
  const ours = client.entries.length > 0;
  return (
    <li aria-label={client.title} className="flex flex-col gap-2.5 rounded-lg border border-line bg-panel p-3.5">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2 text-[14px] font-semibold">
            {client.title}
            {client.verifiedAt === null && (
              <Tag
                tone="warn"
                title="How this client keeps its servers has not been checked against the vendor's documentation."
              >
                unverified
              </Tag>
            )}
          </h2>
          <MarkedWord mark={mark}>{word}</MarkedWord>
        </div>
        {client.state !== 'unreadable' && (
          <Button
            kind={client.state === 'available' ? 'primary' : 'plain'}
            disabled={!anyServer}
            title={anyServer ? undefined : 'Add a server first'}
            onClick={() => onTask('install')}
          >
            {ours ? 'Change…' : 'Install…'}
          </Button>
        )}
        {ours && client.state !== 'unreadable' && <Button onClick={() => onTask('uninstall')}>Uninstall…</Button>}
      </div>
      {client.error && <ErrorNotice error={client.error} />}
      {ours && (
        <ul className="flex flex-col gap-1">
          {client.entries.map((entry) => (
            <li key={entry.name} className="flex items-center gap-2">
              <code className="truncate">{entry.name}</code>
              <span className="text-sm text-muted">
                {entry.slug} · {entry.via === 'url' ? 'by URL' : 'over the bridge'}
              </span>
              {entryStates[entry.state] && <Tag tone="warn">{entryStates[entry.state]}</Tag>}
            </li>
          ))}
        </ul>
      )}
      {client.bundles.length > 0 && (
        <p className="text-muted">
          From a bundle: {client.bundles.map(({ slug }) => slug).join(', ')}. Take it out in {client.title}: Settings,
          Extensions.
        </p>
      )}
      {isInstalled(client) && (
        <p>
          {client.connectedAt ? (
            <>
              <MarkedWord mark="ok">Connected</MarkedWord>{' '}
              <span className="text-muted">
                <Ago time={client.connectedAt} />
              </span>
            </>
          ) : (
            <span className="text-muted">Not seen yet. {client.reload}</span>
          )}
        </p>
      )}
      <div className="mt-auto flex items-center gap-2 pt-0.5 text-sm text-muted">
        <code className="min-w-0 flex-1 truncate text-faint" title={client.file}>
          {client.file}
        </code>
        <CopyButton text={client.file} label="Copy path" what={`path of ${client.title}'s file`} />
      </div>
      {client.verifiedAt && <p className="-mt-1 text-sm text-faint">File format checked on {client.verifiedAt}</p>}
    </li>
  );
}
