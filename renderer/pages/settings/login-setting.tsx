import { useCallback } from 'react';
import { useSession } from '../../session/session-context.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Whether Berth opens when the user logs in; only where the shell can. */
export function LoginSetting({ on, onSaved }: { on: boolean; onSaved(): void }) {
  const session = useSession();
  const save = useAction(
    useCallback(
      async (startAtLogin: boolean) => {
        await session.call('settings.update', { startAtLogin });
        onSaved();
      },
      [session, onSaved],
    ),
  );
  return (
    <div className="flex items-start gap-3">
      <span className="mt-px">
        <Switch label="Start at login" checked={on} disabled={save.busy} onChange={(next) => void save.run(next)} />
      </span>
      <div>
        <p className="font-medium">Start at login</p>
        <p className="text-sm text-muted">In the tray, without a window, so that AI clients find their servers.</p>
      </div>
    </div>
  );
}
