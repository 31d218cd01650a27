import type { Server } from '../../../contract/model/server.ts';
import { exposureRemedy, exposureText } from '../../../contract/model/usage.ts';
import { mayDo, useServerActions } from '../../shell/use-server-actions.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';

/** On a server's panel: what is open, what that means, and the way to end it. */
export function ExposureNotice({ server }: { server: Server }) {
  const act = useServerActions();
  const text = exposureText(server);
  if (text === null) return null;
  return (
    <Notice
      tone="bad"
      live
      action={
        <Button kind="danger" disabled={!mayDo('stop', server)} onClick={() => void act('stop', [server.slug])}>
          Stop it
        </Button>
      }
    >
      <p className="font-semibold">Open to the network</p>
      <p>{text}</p>
      <p className="text-muted">{exposureRemedy}</p>
    </Notice>
  );
}
