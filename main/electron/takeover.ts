import { BerthError } from '../../contract/errors.ts';
import { RpcClient } from '../../contract/rpc-client.ts';
import { answers } from '../core/private-socket.ts';
import { connectToControl } from './control-connection.ts';

const HANDOVER_MS = 30_000;
const POLL_MS = 50;

/** What was found where Berth listens: nobody (any more), or another desktop that was shown instead. */
export type Takeover = 'free' | 'taken-over' | 'other-desktop';

/**
 * Takes the place of a headless Berth (D5): asks it to hand over and quit, and resolves when its socket is gone. Another
 * desktop (one with a Chromium profile of its own) is shown instead. Rejects with `conflict` when it does not go.
 */
export async function takeOver(controlSocket: string, waitMs: number = HANDOVER_MS): Promise<Takeover> {
  const connection = await connectToControl(controlSocket);
  if (connection === null) return 'free';
  const deadline = Date.now() + waitMs;
  const client = new RpcClient(connection);
  const hungUp = new Promise<void>((resolve) => client.onClose(() => resolve()));
  const timer = AbortSignal.timeout(waitMs);
  const late = new Promise<never>((_resolve, reject) =>
    timer.addEventListener('abort', () => reject(stuck(controlSocket)), { once: true }),
  );
  const asked = (async () => {
    // One that is ending already, or hangs up before its answer is through, does what it would be asked for.
    const other = await client.hello('desktop').catch(nullWhenEnding);
    if (other?.shell === 'desktop') {
      await client.call('app.open');
      return 'other-desktop' as const;
    }
    await client.call('app.quit', { handover: true }).catch(nullWhenEnding);
    await hungUp;
    return 'taken-over' as const;
  })();
  const result = await Promise.race([asked, late]).finally(() => client.close());
  if (result === 'other-desktop') return result;
  while (await answers(controlSocket)) {
    if (Date.now() > deadline) throw stuck(controlSocket);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return result;
}

function nullWhenEnding(error: unknown): null {
  if (error instanceof BerthError && error.code === 'not-running') return null;
  throw error;
}

function stuck(socket: string): BerthError {
  return new BerthError('conflict', `A Berth without a window is running on ${socket} and does not hand over.`, {
    hint: 'End it with `berth quit`, then open Berth again.',
  });
}
