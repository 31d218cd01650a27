import type { LaunchPlan } from '../presets/launch-plan.ts';
import { HttpTransport } from './http-transport.ts';
import { SseTransport } from './sse-transport.ts';
import type { McpTransport } from './transport.ts';

/** The channel to a server over HTTP, by the plan's transport. `opening` bounds only the opening, in ms. Rejects with a BerthError. */
export async function openHttpTransport(
  { transport, url, headers }: Pick<LaunchPlan, 'transport' | 'headers'> & { url: string },
  opening: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<McpTransport> {
  return transport === 'sse' ? SseTransport.open({ url, headers, ...opening }) : new HttpTransport({ url, headers });
}
