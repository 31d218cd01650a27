import { useCallback, useState } from 'react';
import type { Client } from '../../../contract/model/client.ts';
import { useSession } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Takes everything of Berth's out of every client. */
export function UninstallAll({ clients }: { clients: readonly Client[] }) {
  const session = useSession();
  const toasts = useToasts();
  const [open, setOpen] = useState(false);
  const uninstall = useAction(
    useCallback(async () => {
      const results = await session.call('clients.uninstallAll', { whenRunning: 'restart' });
      const failed = results.filter(({ error }) => error !== null);
      for (const { title, error } of failed) toasts.failed(`${title}: ${error?.message}`, { hint: error?.hint });
      const done = results.length - failed.length;
      if (done > 0) toasts.done(`Uninstalled from ${done} ${done === 1 ? 'client' : 'clients'}.`);
      setOpen(false);
    }, [session, toasts]),
  );
  if (clients.length === 0) return null;
  const running = clients.filter((client) => client.running).map(({ title }) => title);
  return (
    <>
      <Button size="small" kind="quiet" onClick={() => setOpen(true)}>
        Uninstall everything…
      </Button>
      <Confirm
        open={open}
        title="Uninstall Berth from every client?"
        confirm="Uninstall everything"
        danger
        busy={uninstall.busy}
        onClose={() => setOpen(false)}
        onConfirm={() => void uninstall.run()}
      >
        <p>
          The entries of Berth are taken out of {clients.map(({ title }) => title).join(', ')}, their tokens end, and
          files and folders that Berth made go. Everything else in them stays as it is.
        </p>
        {running.length > 0 && (
          <p className="text-muted">
            {running.join(', ')} {running.length === 1 ? 'is' : 'are'} quit for it and opened again.
          </p>
        )}
      </Confirm>
    </>
  );
}
