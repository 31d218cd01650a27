import { BerthError } from '../../contract/errors.ts';
import type { RpcClient } from '../../contract/rpc-client.ts';
import type { StreamItem, StreamName, StreamParams } from '../../contract/streams.ts';
import type { CliIo } from './cli-io.ts';

/** Error of a command that the user ended with Ctrl-C. */
export function interrupted(): BerthError {
  return new BerthError('cancelled', 'Interrupted.');
}

/** Runs `use` with a connection to the running core and closes it after. Ctrl-C cancels what is under way. Rejects with `not-running`. */
export async function withBerth<T>(io: CliIo, use: (berth: RpcClient) => Promise<T>): Promise<T> {
  // What a connection needs is not loaded for commands that make none.
  const { connectCore } = await import('./control-connection.ts');
  const berth = await connectCore(io.env, io.platform);
  const stop = new Promise<never>((_resolve, reject) => {
    const abort = () => reject(interrupted());
    if (io.interrupted.aborted) abort();
    io.interrupted.addEventListener('abort', abort, { once: true });
  });
  stop.catch(() => {});
  try {
    await Promise.race([berth.hello('cli'), stop]);
    return await Promise.race([use(berth), stop]);
  } finally {
    berth.close();
  }
}

/** Like `withBerth`; when Berth does not run, `offline` answers instead (D9). */
export async function withBerthOr<T>(
  io: CliIo,
  use: (berth: RpcClient) => Promise<T>,
  offline: () => Promise<T>,
): Promise<T> {
  try {
    return await withBerth(io, use);
  } catch (error) {
    if (error instanceof BerthError && error.code === 'not-running') return offline();
    throw error;
  }
}

/** Reads a stream to its end. Rejects with the error that ended it. */
export function follow<N extends StreamName>(
  berth: RpcClient,
  stream: N,
  params: StreamParams<N>,
  onItem: (item: StreamItem<N>) => void,
  onDropped: (count: number) => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    berth.subscribe(stream, params, {
      onItem,
      onDropped,
      onEnd: (error) => (error ? reject(error) : resolve()),
    });
  });
}
