import { type ReactNode, useCallback, useState } from 'react';
import type { Client, WhenRunning } from '../../../contract/model/client.ts';
import { driftWords, repairable } from '../../model/client-groups.ts';
import { isInstalled } from '../../model/install-choices.ts';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { type Mark, MarkedWord } from '../../ui/state-mark.tsx';
import { Tag } from '../../ui/tags.tsx';
import { Ago } from '../../ui/time.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type ClientTask, Unverified } from './client-parts.tsx';

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
  outdated: 'former address',
  changed: 'changed',
  missing: 'missing',
  awaited: 'waits for you to confirm it',
};

/** An AI client that Berth has to do with: its state, its file, our entries in it, and what can be done. */
export function ClientCard({ client, onTask }: { client: Client; onTask(task: ClientTask): void }) {
  const { mark, word } = states[client.state];
  const drift = driftWords(client);
  return (
    <li aria-label={client.title} className="flex flex-col gap-2.5 rounded-lg border border-line bg-panel p-3.5">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2 text-[14px] font-semibold">
            {client.title}
            <Unverified client={client} />
          </h2>
          <MarkedWord mark={mark}>{word}</MarkedWord>
        </div>
        <Tasks client={client} onTask={onTask} />
      </div>
      {client.error && <ErrorNotice error={client.error} />}
      {client.queued && <Queued client={client} queued={client.queued} />}
      {drift && <Notice tone={client.state === 'wiped' ? 'bad' : 'warn'}>{drift}</Notice>}
      {client.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {client.entries.length > 0 && <Entries client={client} />}
      {client.bundles.length > 0 && (
        <p className="text-muted">
          From a bundle: {client.bundles.map(({ slug }) => slug).join(', ')}. Take it out in {client.title}: Settings,
          Extensions.
        </p>
      )}
      {isInstalled(client) && <Proof client={client} />}
      <div className="mt-auto flex items-center gap-2 pt-0.5 text-sm text-muted">
        <code className="min-w-0 flex-1 truncate text-faint" title={client.file}>
          {client.file}
        </code>
        <CopyButton text={client.file} label="Copy path" what={`path of ${client.title}'s file`} />
      </div>
      <p className="-mt-1 text-sm text-faint" title={client.evidence.join('\n') || undefined}>
        {client.verifiedAt ? `File format checked on ${client.verifiedAt}` : 'File format not checked'}
        {client.doubts.length > 0 && `. ${client.doubts.join(' ')}`}
      </p>
    </li>
  );
}

function Tasks({ client, onTask }: { client: Client; onTask(task: ClientTask): void }) {
  const anyServer = useStatus((status) => status.servers.length > 0);
  const ours = client.entries.length > 0;
  if (client.state === 'unreadable') return null;
  return (
    <div className="flex flex-wrap justify-end gap-1.5">
      {repairable(client) && <Repair client={client} />}
      <Button
        kind={ours ? 'plain' : 'primary'}
        disabled={!anyServer}
        title={anyServer ? undefined : 'Add a server first'}
        onClick={() => onTask({ client: client.id, action: 'install' })}
      >
        {ours ? 'Change…' : 'Install…'}
      </Button>
      {ours && <Button onClick={() => onTask({ client: client.id, action: 'uninstall' })}>Uninstall…</Button>}
    </div>
  );
}

/** One click: what was added to the entries stays, and the write can be undone. */
function Repair({ client }: { client: Client }) {
  const session = useSession();
  const toasts = useToasts();
  const [asking, setAsking] = useState(false);
  const repair = useAction(
    useCallback(
      async (whenRunning: WhenRunning | undefined) => {
        const { reload } = await session.call('clients.repair', { client: client.id, whenRunning });
        toasts.done(whenRunning ? `${client.title} is repaired and open again.` : `Repaired. ${reload}`);
        setAsking(false);
      },
      [session, toasts, client.id, client.title],
    ),
  );
  return (
    <>
      <Button
        kind="primary"
        busy={repair.busy}
        onClick={() => (client.running ? setAsking(true) : void repair.run(undefined))}
      >
        Repair
      </Button>
      <Confirm
        open={asking}
        title={`Quit ${client.title} to repair it?`}
        confirm="Quit it, repair, open it again"
        busy={repair.busy}
        onClose={() => setAsking(false)}
        onConfirm={() => void repair.run('restart')}
      >
        <p>
          {client.title} is running. It writes its whole file from memory, so a repair would not last. “Change…” can
          also wait until you have quit it yourself.
        </p>
      </Confirm>
    </>
  );
}

function Queued({ client, queued }: { client: Client; queued: NonNullable<Client['queued']> }) {
  const session = useSession();
  const cancel = useAction(
    useCallback(() => session.call('clients.cancelQueued', { client: client.id }), [session, client.id]),
  );
  const what = queued.action === 'install' ? 'An installation' : 'An uninstallation';
  return (
    <Notice
      tone={queued.problem ? 'bad' : 'info'}
      action={
        <Button size="small" busy={cancel.busy} onClick={() => void cancel.run()}>
          {queued.problem ? 'Dismiss' : 'Cancel it'}
        </Button>
      }
    >
      {queued.problem ? (
        <>
          <p>
            {what} waited for {client.title} to quit and then failed: {queued.problem.message}
          </p>
          {queued.problem.hint && <p className="text-muted">{queued.problem.hint}</p>}
        </>
      ) : (
        <p>
          {what}
          {queued.slugs.length > 0 && ` of ${queued.slugs.join(', ')}`} waits until {client.title} has quit. Asked for{' '}
          <Ago time={queued.since} />.
        </p>
      )}
    </Notice>
  );
}

function Entries({ client }: { client: Client }) {
  return (
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
  );
}

/** Whether it works: the client itself has been here. */
function Proof({ client }: { client: Client }): ReactNode {
  if (client.connectedAt === null) return <p className="text-muted">Not seen yet. {client.reload}</p>;
  const as = client.connectedAs;
  return (
    <p>
      <MarkedWord mark="ok">Connected</MarkedWord>{' '}
      <span className="text-muted">
        <Ago time={client.connectedAt} />
        {as && ` as ${as.name} ${as.version}`}
      </span>
    </p>
  );
}
