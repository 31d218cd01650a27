import { useCallback, useState } from 'react';
import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';
import type {
  ExistingClient,
  ExistingServer,
  ImportPreview,
  ImportProposal,
} from '../../../contract/model/existing.ts';
import { slugProblem } from '../../model/slug-proposal.ts';
import { asBerthError, useLoaded, useSession, useStatus } from '../../session/session-context.tsx';
import { Fact, Facts } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { Check, Field, Select, TextInput } from '../../ui/field.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { GuardTag } from '../../ui/tags.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { WhenRunningChoice } from './when-running.tsx';

/** An import docks a server at once, so it cannot wait until the application has quit. */
const offered = ['restart', 'write'] as const;

export interface ImportDialogProps {
  client: ExistingClient;
  server: ExistingServer;
  onClose(): void;
}

/** Shows what will be docked, what moves into the keychain and what changes in the client's file, and does all of it or nothing. */
export function ImportDialog({ client, server, onClose }: ImportDialogProps) {
  const session = useSession();
  const toasts = useToasts();
  const taken = useStatus((status) => status.servers);
  const [slug, setSlug] = useState(server.proposal?.slug ?? '');
  const [context, setContext] = useState('');
  const [replace, setReplace] = useState(true);
  const [whenRunning, setWhenRunning] = useState<(typeof offered)[number] | null>(null);
  const [importing, setImporting] = useState(false);
  const problem = slugProblem(
    slug,
    taken.map((one) => one.slug),
  );
  const request = { client: client.client, name: server.name, slug, replace, ...(context === '' ? {} : { context }) };
  const asked = JSON.stringify([request, problem]);
  const preview = useLoaded<'clients.importPreview'>(asked, (over, signal) =>
    over.call('clients.importPreview', { ...request, slug: problem === null ? slug : undefined }, { signal }),
  );
  const [shown, setShown] = useState<ImportPreview | null>(null);
  // While another choice is compared, the last one stays.
  if (preview.data && preview.data !== shown) setShown(preview.data);

  const waits = Boolean(preview.data?.change?.blockedBy) && whenRunning === null;

  const run = useCallback(async () => {
    if (!preview.data) return;
    setImporting(true);
    try {
      const { server: docked, replaced } = await session.call('clients.import', {
        ...(JSON.parse(asked)[0] as typeof request),
        baseHash: preview.data.baseHash,
        ...(whenRunning === null ? {} : { whenRunning }),
      });
      const reload = replaced ? ` ${preview.data.change?.reload ?? ''}` : '';
      toasts.done(`"${docked.slug}" is docked.${reload}`);
      onClose();
    } catch (error) {
      const changedMeanwhile = asBerthError(error).code === 'conflict';
      toasts.error(error, { label: changedMeanwhile ? 'Show the new difference' : 'Look again', run: preview.reload });
    } finally {
      setImporting(false);
    }
  }, [session, toasts, asked, whenRunning, preview.data, preview.reload, onClose]);

  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={`Import ${server.name} from ${client.title}`}
      description="Berth runs it from then on, on the context below, behind its guard."
      footer={
        <>
          <span className="mr-auto min-w-0 truncate text-sm text-muted" title={client.file}>
            {replace ? 'writes ' : 'leaves alone '}
            <code>{client.file}</code>
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={importing}
            disabled={!preview.data || preview.loading || preview.data.blockedBy !== null || problem !== null || waits}
            onClick={() => void run()}
          >
            Import
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
        <Field label="Name in Berth" problem={problem}>
          {(ids) => <TextInput {...ids} value={slug} onChange={(event) => setSlug(event.target.value)} />}
        </Field>
        <ContextChoice
          said={server.proposal}
          proposal={shown?.proposal ?? server.proposal}
          chosen={context}
          onChoose={setContext}
        />
      </div>
      <Check
        checked={replace}
        onChange={(event) => setReplace(event.target.checked)}
        hint="Otherwise the entry stays, and the client runs it as before."
      >
        Put Berth's entry in its place in {client.title}
      </Check>
      {preview.error && (
        <ErrorNotice error={preview.error} action={<Button onClick={preview.reload}>Try again</Button>} />
      )}
      {!shown && !preview.error && <p className="text-muted">Comparing…</p>}
      {shown?.change?.blockedBy && (
        <WhenRunningChoice
          app={client.title}
          reason={shown.change.blockedBy}
          offered={offered}
          chosen={whenRunning}
          onChoose={(when) => setWhenRunning(when)}
        />
      )}
      {shown && <Planned preview={shown} fading={preview.loading} />}
    </Dialog>
  );
}

/** `said`: what the entry itself leads to. */
function ContextChoice({
  said,
  proposal,
  chosen,
  onChoose,
}: {
  said: ImportProposal | null;
  proposal: ImportProposal | null;
  chosen: string;
  onChoose(context: string): void;
}) {
  const contexts = useStatus((status) => status.contexts);
  if (!proposal || proposal.preset === 'url') return null;
  const own = said?.context ?? null;
  return (
    <Field label="Context" hint={proposal.contextReason}>
      {(ids) => (
        <Select {...ids} value={chosen} onChange={(event) => onChoose(event.target.value)}>
          <option value="">{own === null ? 'Choose a context…' : contextWords(own)}</option>
          {[ACTIVE_CONTEXT, ...contexts.map(({ ref }) => ref)]
            .filter((ref) => ref !== own)
            .map((ref) => (
              <option key={ref} value={ref}>
                {contextWords(ref)}
              </option>
            ))}
        </Select>
      )}
    </Field>
  );
}

function contextWords(context: string): string {
  if (context === ACTIVE_CONTEXT) return 'follows the active context';
  return context === NO_CONTEXT ? 'no cluster' : context;
}

function Planned({ preview: { proposal, change, blockedBy }, fading }: { preview: ImportPreview; fading: boolean }) {
  const { preset, guard, options, addsKubeconfigs, secrets, notCarriedOver, notes, namespace } = proposal;
  return (
    <div className={fading ? 'flex flex-col gap-4 opacity-60' : 'flex flex-col gap-4'}>
      {blockedBy && <ErrorNotice error={blockedBy} />}
      <section aria-label="What is docked">
        <h3 className="mb-1.5 font-medium">What is docked</h3>
        <Facts>
          <Fact word="Preset">{preset}</Fact>
          <Fact word="Guard">
            <GuardTag level={guard} />
          </Fact>
          {namespace && <Fact word="Namespace">{namespace}</Fact>}
          {Object.entries(options).map(([name, value]) => (
            <Fact key={name} word={name}>
              <code>{String(value)}</code>
            </Fact>
          ))}
          {addsKubeconfigs.length > 0 && (
            <Fact word="Kubeconfig">
              <code>{addsKubeconfigs.join(', ')}</code> <span className="text-muted">is added to Berth's sources</span>
            </Fact>
          )}
        </Facts>
        {notes.map((note) => (
          <p key={note} className="mt-1.5 text-muted">
            {note}
          </p>
        ))}
      </section>
      {secrets.length > 0 && (
        <section aria-label="What moves into the keychain">
          <h3 className="mb-1 font-medium">What moves into the keychain</h3>
          <ul className="flex flex-col gap-1">
            {secrets.map(({ from, name, used }) => (
              <li key={name}>
                {from} <span className="text-muted">as</span> <code>{name}</code>
                {!used && <span className="text-muted"> · kept, but the server does not read it</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {notCarriedOver.length > 0 && (
        <section aria-label="What is not carried over">
          <h3 className="mb-1 font-medium">What is not carried over</h3>
          <ul className="flex flex-col gap-1">
            {notCarriedOver.map(({ what, why }) => (
              <li key={what}>
                <code>{what}</code> <span className="text-muted">{why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {change?.notes.map((note) => (
        <Notice key={note} tone="info">
          {note}
        </Notice>
      ))}
      {change && (
        <section aria-label="Difference">
          <h3 className="mb-1 font-medium">What changes in the file</h3>
          <DiffView diff={change.diff} />
        </section>
      )}
    </div>
  );
}
