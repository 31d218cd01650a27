import { ExternalLink } from 'lucide-react';
import type { CallOutput } from '../../../contract/calls.ts';
import type { Client, ClientChange } from '../../../contract/model/client.ts';
import { Button } from '../../ui/button.tsx';
import { CopyableCode, CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';

/** What was done, and what the user gets to open where Berth cannot finish it alone. */
export interface DoneWork {
  readonly change: ClientChange;
  readonly at: number;
  readonly links: CallOutput<'clients.link'>['links'];
  readonly bundles: CallOutput<'clients.bundle'>['bundles'];
  /** The desktop has opened them. */
  readonly opened: boolean;
}

interface DoneProps {
  client: Client;
  action: 'install' | 'uninstall';
  done: DoneWork;
  onClose(): void;
}

/** What to do now, and the proof as soon as the client has the entry and connects. */
export function InstallDone({ client, action, done, onClose }: DoneProps) {
  const { route } = done.change;
  const handed = route === 'deeplink' || route === 'mcpb';
  return (
    <Dialog
      open
      onClose={onClose}
      width={handed ? 'normal' : 'narrow'}
      title={titleOf(client, action, handed)}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {route === 'deeplink' && <Links client={client} done={done} />}
      {route === 'mcpb' && <Bundles client={client} done={done} />}
      {!handed && (
        <div>
          <p className="font-medium">So that it takes effect</p>
          <p>{done.change.reload}</p>
        </div>
      )}
      {action === 'install' && <Proof client={client} done={done} />}
      {!handed && (
        <p className="text-sm wrap-anywhere text-muted">
          {route === 'cli' ? 'Written by its own command: ' : 'Written: '}
          <code>{done.change.file}</code>
        </p>
      )}
    </Dialog>
  );
}

function titleOf({ title }: Client, action: DoneProps['action'], handed: boolean): string {
  if (handed) return `Confirm it in ${title}`;
  return action === 'install' ? `Installed into ${title}` : `Uninstalled from ${title}`;
}

/** In a browser a link has to be followed by the user; the desktop has done so. */
function Links({ client, done }: { client: Client; done: DoneWork }) {
  if (done.links.length === 0) return <p>{client.title} has it already.</p>;
  return (
    <div className="flex flex-col gap-2">
      <p>
        {done.opened
          ? `${client.title} opens and shows what it is going to add. Say yes there.`
          : `Open ${done.links.length === 1 ? 'the link' : 'each link'}. ${client.title} then shows what it is going to add; say yes there.`}
      </p>
      <ul className="flex flex-col gap-1.5">
        {done.links.map(({ slug, title, url }) => (
          <li key={slug} className="flex items-center gap-2">
            {done.opened ? (
              <span className="min-w-0 flex-1 truncate">{title}</span>
            ) : (
              <a
                href={url}
                className="inline-flex min-w-0 flex-1 items-center gap-1.5 text-accent hover:underline"
                {...(url.startsWith('https:') ? { target: '_blank', rel: 'noreferrer' } : {})}
              >
                <ExternalLink size={14} aria-hidden className="shrink-0" />
                <span className="truncate">{title}</span>
              </a>
            )}
            <CopyButton text={url} what={`link for ${slug}`} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Bundles({ client, done }: { client: Client; done: DoneWork }) {
  return (
    <div className="flex flex-col gap-2">
      <p>
        {done.opened
          ? `${client.title} opens and shows what is in the bundle. Say yes there.`
          : `Open the file with ${client.title}: double-click it, or drag it into its settings, under Extensions.`}
      </p>
      {done.bundles.map(({ slug, file }) => (
        <CopyableCode key={slug} text={file} what={`path of the bundle for ${slug}`} />
      ))}
    </div>
  );
}

function Proof({ client, done }: { client: Client; done: DoneWork }) {
  const connected =
    client.connectedAt !== null && Date.parse(client.connectedAt) >= done.at ? client.connectedAt : null;
  const waiting =
    done.links.some(({ slug }) => client.entries.some((entry) => entry.slug === slug && entry.state === 'awaited')) ||
    done.bundles.some(({ slug }) => !client.bundles.some((bundle) => bundle.slug === slug));
  return (
    <p role="status">
      {connected ? (
        <>
          <MarkedWord mark="ok">Connected</MarkedWord>{' '}
          <span className="text-muted">
            <Ago time={connected} />
          </span>
        </>
      ) : waiting ? (
        <MarkedWord mark="busy">Waiting for you to confirm it in {client.title}</MarkedWord>
      ) : (
        <MarkedWord mark="busy">Waiting for {client.title} to connect</MarkedWord>
      )}
    </p>
  );
}
