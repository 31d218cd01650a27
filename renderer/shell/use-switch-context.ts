import { useCallback } from 'react';
import { asBerthError, useSession } from '../session/session-context.tsx';
import { type ToastAction, useToasts } from '../ui/toasts.tsx';
import { navigate } from './use-route.ts';

/** Switches the active context. A failure says why and offers to look closer, or to switch without the servers that cannot. */
export function useSwitchContext(): (ref: string) => Promise<void> {
  const session = useSession();
  const toasts = useToasts();
  return useCallback(
    async (ref) => {
      const use = async (force: boolean): Promise<void> => {
        try {
          await session.call('contexts.use', { context: ref, force });
          toasts.done(`Endpoints now answer from ${ref}.`);
        } catch (error) {
          const { code } = asBerthError(error);
          const look: ToastAction = {
            label: 'Run the doctor',
            run: () => navigate('doctor', [], { target: `context:${ref}` }),
          };
          const anyway: ToastAction = { label: 'Switch anyway', run: () => void use(true) };
          const pointless = force || code === 'not-found' || code === 'not-running' || code === 'cancelled';
          toasts.error(error, ...(pointless ? [look] : [look, anyway]));
        }
      };
      await use(false);
    },
    [session, toasts],
  );
}
