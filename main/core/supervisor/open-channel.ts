import { BerthError } from '../../../contract/errors.ts';
import type { openHttpTransport } from '../backend/open-http-transport.ts';
import { StdioTransport } from '../backend/stdio-transport.ts';
import type { McpTransport } from '../backend/transport.ts';
import type { LaunchPlan } from '../presets/launch-plan.ts';
import { waitForHttp } from './http-readiness.ts';
import type { ProcessGroup } from './process-group.ts';

export interface ChannelOptions {
  readonly openHttpTransport: typeof openHttpTransport;
  /** A line on stdout that is no message. */
  readonly onNoise: (text: string) => void;
  /** `performance.now()` when the start has taken too long. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** For the protocol without sessions. */
  readonly modern: boolean;
}

/** The channel to a server that has just been started, or to an upstream when there is no process. Rejects with a BerthError. */
export async function openChannel(
  plan: LaunchPlan,
  group: ProcessGroup | null,
  { openHttpTransport, onNoise, deadline, signal, modern }: ChannelOptions,
): Promise<McpTransport> {
  if (plan.transport === 'stdio') {
    if (!group) throw new BerthError('invalid-config', 'A stdio server needs a command.');
    return new StdioTransport({ stdin: group.stdin, stdout: group.stdout, onNoise });
  }
  const { url } = plan;
  if (url === null) throw new BerthError('invalid-config', `A server over ${plan.transport} needs a URL.`);
  if (group) await waitForHttp(url, plan.probe, deadline - performance.now(), signal);
  const timeoutMs = Math.max(1, deadline - performance.now());
  return openHttpTransport({ ...plan, url }, { timeoutMs, signal, modern });
}
