import { useCallback, useState } from 'react';
import type { ClientWrite } from '../../../contract/model/client.ts';
import { useLoaded, useSession, useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Tag } from '../../ui/tags.tsx';
import { Ago } from '../../ui/time.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Shown before "Show all". */
const FEW = 5;

/** Every write of a client's file that Berth made, and a way back from each. */
export function WriteHistory() {
  const clients = useStatus((status) => status.clients);
  const history = useLoaded<'clients.history'>(
    `history ${JSON.stringify(clients.map(({ id, entries }) => [id, entries]))}`,
    (over, signal) => over.call('clients.history', undefined, { signal }),
  );
  const [asked, setAsked] = useState<ClientWrite | null>(null);
  const [all, setAll] = useState(false);
  const writes = history.data ?? [];
  if (history.error) {
    return <ErrorNotice error={history.error} action={<Button onClick={history.reload}>Try again</Button>} />;
  }
  if (writes.length === 0) return null;
  return (
    <Box title="What Berth wrote" aside={<span>a copy from before each write is kept, for you alone</span>}>
      <ul>
        {(all ? writes : writes.slice(0, FEW)).map((write) => (
          <li
            key={write.id}
            className="flex min-h-9 items-center gap-3 px-3 py-1 not-first:border-t not-first:border-line"
          >
            <span className="w-28 shrink-0 text-muted">
              <Ago time={write.time} />
            </span>
            <span className="w-40 shrink-0 truncate font-medium">{write.title}</span>
            <span className="min-w-0 flex-1 truncate" title={write.file}>
              {write.undoes !== null && <span className="text-muted">undo: </span>}
              {changeWords(write)}
            </span>
            {write.undone ? (
              <Tag>undone</Tag>
            ) : (
              <Button
                size="small"
                disabled={write.final !== null}
                title={write.final ?? undefined}
                aria-label={`Undo the write of ${changeWords(write)} in ${write.title}`}
                onClick={() => setAsked(write)}
              >
                Undo…
              </Button>
            )}
          </li>
        ))}
      </ul>
      {writes.length > FEW && (
        <div className="border-t border-line px-3 py-1.5">
          <Button size="small" kind="quiet" onClick={() => setAll(!all)}>
            {all ? 'Show the last few' : `Show all ${writes.length}`}
          </Button>
        </div>
      )}
      {asked && <UndoDialog write={asked} onClose={() => setAsked(null)} onDone={history.reload} />}
    </Box>
  );
}

/** "berth-a, berth-b added · berth-c taken out". */
function changeWords({ changes }: ClientWrite): string {
  const names = (action: 'set' | 'remove') =>
    changes.filter((change) => change.action === action).map(({ name }) => name);
  const [set, removed] = [names('set'), names('remove')];
  return [
    ...(set.length > 0 ? [`${set.join(', ')} written`] : []),
    ...(removed.length > 0 ? [`${removed.join(', ')} taken out`] : []),
  ].join(' · ');
}

function UndoDialog({ write, onClose, onDone }: { write: ClientWrite; onClose(): void; onDone(): void }) {
  const session = useSession();
  const toasts = useToasts();
  const preview = useLoaded<'clients.undoPreview'>(`undo ${write.id}`, (over, signal) =>
    over.call('clients.undoPreview', { id: write.id }, { signal }),
  );
  const change = preview.data;
  const undo = useAction(
    useCallback(async () => {
      if (!change) return;
      const { reload } = await session.call('clients.undo', {
        id: write.id,
        baseHash: change.baseHash,
        ...(change.blockedBy === null ? {} : { whenRunning: 'restart' as const }),
      });
      toasts.done(`Undone. ${reload}`);
      onDone();
      onClose();
    }, [session, toasts, write.id, change, onDone, onClose]),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={`Undo in ${write.title}`}
      footer={
        <>
          <span className="mr-auto min-w-0 truncate text-sm text-muted" title={write.file}>
            writes <code>{write.file}</code>
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={undo.busy}
            disabled={!change || change.noop || preview.loading}
            onClick={() => void undo.run()}
          >
            {change?.blockedBy ? `Quit ${write.title}, undo, open it again` : 'Undo'}
          </Button>
        </>
      }
    >
      {preview.error && (
        <ErrorNotice error={preview.error} action={<Button onClick={preview.reload}>Try again</Button>} />
      )}
      {!change && !preview.error && <p className="text-muted">Comparing…</p>}
      {change?.blockedBy && <Notice tone="warn">{change.blockedBy}</Notice>}
      {change?.notes.map((note) => (
        <Notice key={note} tone="info">
          {note}
        </Notice>
      ))}
      {change?.noop && <Notice tone="info">Nothing would change: the file already is as it was.</Notice>}
      {change && !change.noop && (
        <section aria-label="Difference">
          <h3 className="mb-1 font-medium">What changes in the file</h3>
          <DiffView diff={change.diff} />
        </section>
      )}
    </Dialog>
  );
}
