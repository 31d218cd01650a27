import { useCallback, useMemo, useState } from 'react';
import { type Approval, hiddenPlaces } from '../../contract/model/approval.ts';
import { count } from '../model/words.ts';
import { JsonTree } from '../pages/inspector/json-tree.tsx';
import { useSession, useStatus } from '../session/session-context.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { ContextName } from '../ui/tags.tsx';
import { Ago } from '../ui/time.tsx';
import { useAction } from '../ui/use-action.ts';

/** On every page: the calls that wait for a person (D16). Each is looked at before it is approved. */
export function Approvals() {
  const approvals = useStatus((status) => status.approvals).filter(({ state }) => state !== 'approved');
  const [shown, setShown] = useState<string | null>(null);
  const looked = approvals.find(({ id }) => id === shown);
  if (approvals.length === 0) return null;
  return (
    <section
      aria-label="Calls to approve"
      className="flex max-h-48 shrink-0 flex-col gap-2 overflow-y-auto px-4 pt-3 pb-1"
    >
      {approvals.map((approval) => (
        <Notice
          key={approval.id}
          tone="warn"
          live
          action={
            <Button kind="primary" onClick={() => setShown(approval.id)}>
              Look and decide
            </Button>
          }
        >
          <b className="font-semibold">{approval.client}</b> asks for <code>{approval.tool}</code> on{' '}
          {approval.context ?? approval.slug}
          {approval.production && <b className="font-semibold text-prod"> (production)</b>} ·{' '}
          <Ago time={approval.time} />
        </Notice>
      ))}
      {looked && <Decision approval={looked} onClose={() => setShown(null)} />}
    </section>
  );
}

function Decision({ approval, onClose }: { approval: Approval; onClose(): void }) {
  const session = useSession();
  const { id, tool, client, slug, context, production, state } = approval;
  const decide = useAction(
    useCallback(
      async (approve: boolean) => {
        await session.call('approvals.decide', { id, approve });
        onClose();
      },
      [session, id, onClose],
    ),
  );
  const hidden = hiddenPlaces(approval);
  const args = useMemo(() => JSON.parse(approval.arguments) as unknown, [approval.arguments]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Let ${client} call ${tool}?`}
      description="This one call, with exactly these arguments, on this context."
      footer={
        <>
          <Button disabled={decide.busy} onClick={() => void decide.run(false)}>
            Deny
          </Button>
          <Button kind="primary" busy={decide.busy} onClick={() => void decide.run(true)}>
            Approve this call
          </Button>
        </>
      }
    >
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
        <dt className="text-muted">Server</dt>
        <dd>{slug}</dd>
        <dt className="text-muted">Context</dt>
        <dd>{context === null ? 'none' : <ContextName name={context} production={production} demo={false} />}</dd>
        <dt className="text-muted">Asked</dt>
        <dd>
          <Ago time={approval.time} />
          {state === 'asked' && ' · the client was told to repeat it; your approval counts for ten minutes'}
        </dd>
      </dl>
      <section aria-label="Arguments" className="rounded-lg border border-line">
        <JsonTree value={args} open={Number.POSITIVE_INFINITY} />
      </section>
      {hidden > 0 && (
        <Notice tone="warn">
          {count(hidden, 'value')} that may be secret {hidden === 1 ? 'is' : 'are'} not shown here, and sent as the
          client gave {hidden === 1 ? 'it' : 'them'}. Deny the call if you cannot decide without.
        </Notice>
      )}
    </Dialog>
  );
}

/** Puts the number of waiting calls before the window's title, where another program's window shows it too. */
export function useApprovalTitle(title: string): string {
  const waiting = useStatus((status) => status.approvals.filter(({ state }) => state !== 'approved').length);
  return waiting > 0 ? `(${waiting}) ${title}` : title;
}
