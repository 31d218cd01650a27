import { BerthError } from '../../../contract/errors.ts';
import type { ConnectedBackend } from '../backend/connect.ts';
import type { Timings } from './timings.ts';

/**
 * Asks a silent server now and then whether it still answers. Anything that it sends counts, also an error. After the allowed
 * misses in a row `onDead` is called, once. Ends with `signal`.
 */
export function watchLiveness(
  backend: ConnectedBackend,
  timings: Pick<Timings, 'pingEveryMs' | 'pingTimeoutMs' | 'pingMisses'>,
  signal: AbortSignal,
  onDead: (error: BerthError) => void,
): void {
  let misses = 0;
  let timer: NodeJS.Timeout | null = null;

  const ask = async () => {
    const askedAt = Date.now();
    if (askedAt - backend.lastHeardAt < timings.pingEveryMs) {
      misses = 0;
      return schedule();
    }
    try {
      await backend.ping(timings.pingTimeoutMs);
      misses = 0;
    } catch {
      // A busy server may answer others and not yet this.
      misses = backend.lastHeardAt > askedAt ? 0 : misses + 1;
    }
    if (signal.aborted || backend.closed) return;
    if (misses < timings.pingMisses) return schedule();
    onDead(new BerthError('timed-out', `The server has not answered ${misses} pings in a row.`));
  };
  const schedule = () => {
    if (signal.aborted) return;
    timer = setTimeout(() => void ask(), timings.pingEveryMs);
    timer.unref();
  };

  signal.addEventListener('abort', () => timer && clearTimeout(timer), { once: true });
  schedule();
}
