import { LoaderCircle } from 'lucide-react';
import { useSession, useSessionState, useStatus } from '../session/session-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { navigate } from './use-route.ts';

/** Says that what is shown may be old, while the connection is lost. */
export function ConnectionBanner() {
  const session = useSession();
  const phase = useSessionState((state) => state.phase);
  const reason = useSessionState((state) => state.reason);
  if (phase === 'open' || phase === 'connecting') return null;
  return (
    <div role="alert" className="flex shrink-0 items-center gap-2.5 border-b border-warn/30 bg-warn-bg px-4 py-1.5">
      {phase === 'lost' && <LoaderCircle size={14} aria-hidden className="spin shrink-0 text-warn" />}
      <p className="min-w-0 flex-1">
        {phase === 'lost' ? (
          <b className="font-semibold">Connecting again… </b>
        ) : (
          <b className="font-semibold">Not connected. </b>
        )}
        {reason}
        {phase === 'lost' && '. What you see may be old.'}
      </p>
      {phase === 'lost' && (
        <Button size="small" onClick={() => session.connect()}>
          Try now
        </Button>
      )}
      {phase === 'refused' && (
        <Button size="small" onClick={() => location.reload()}>
          Reload
        </Button>
      )}
    </div>
  );
}

/** What is wrong with Berth itself. */
export function Problems() {
  const problems = useStatus((status) => status.problems);
  if (problems.length === 0) return null;
  return (
    <section aria-label="Problems of Berth" className="flex max-h-40 shrink-0 flex-col gap-2 overflow-y-auto px-4 pt-3">
      {problems.map((problem) => (
        <ErrorNotice
          key={problem.message}
          error={problem}
          action={<Button onClick={() => navigate('settings')}>Open settings</Button>}
        />
      ))}
    </section>
  );
}
