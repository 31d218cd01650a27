import { useCallback, useId } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import type { Sharing } from '../../../contract/model/sharing.ts';
import { sharingChoices } from '../../model/words.ts';
import { useSession } from '../../session/session-context.tsx';
import { ChoiceCard } from '../../ui/field.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Which clients share the server's process. Takes effect at once, for sessions that begin from now on. */
export function SharingSetting({ server }: { server: Server }) {
  const session = useSession();
  const name = useId();
  const change = useAction(
    useCallback(
      (sharing: Sharing) => session.call('servers.update', { slug: server.slug, sharing }),
      [session, server.slug],
    ),
  );
  return (
    <fieldset className="flex flex-col gap-1.5 border-t border-line pt-4">
      <legend className="float-left mb-1 w-full font-semibold">Processes</legend>
      <p className="clear-both mb-1 text-sm text-muted">
        Holds for sessions that begin from now on; those that are open go on as they are.
      </p>
      {sharingChoices.map(({ sharing, title, consequence }) => (
        <ChoiceCard
          key={sharing}
          name={name}
          value={sharing}
          checked={server.sharing === sharing}
          disabled={change.busy}
          onChange={() => void change.run(sharing)}
        >
          <span className="font-medium">{title}</span>
          <span className="block text-sm text-muted">{consequence}</span>
        </ChoiceCard>
      ))}
    </fieldset>
  );
}
