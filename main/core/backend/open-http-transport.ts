import { BerthError } from '../../../contract/errors.ts';
import type { LaunchPlan } from '../presets/launch-plan.ts';
import { HttpTransport } from './http-transport.ts';
import { ModernHttpTransport } from './modern-http-transport.ts';
import { agentForServer } from './server-agent.ts';
import { SseTransport } from './sse-transport.ts';
import type { McpTransport } from './transport.ts';

/**
 * The channel to a server over HTTP, by the plan's transport, on the way that the plan tells; `modern`: without sessions. `opening` bounds only the opening, in ms.
 * Rejects with a BerthError.
 */
export async function openHttpTransport(
  plan: Pick<LaunchPlan, 'transport' | 'headers' | 'connection'> & { url: string },
  opening: { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly modern?: boolean },
): Promise<McpTransport> {
  const { transport, headers } = plan;
  const url = new URL(plan.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new BerthError('invalid-config', `${url.protocol} is not a protocol of MCP servers.`, {
      hint: 'Use an http:// or https:// URL.',
    });
  }
  if (opening.modern && transport === 'sse') {
    throw new BerthError('unsupported', 'HTTP+SSE is a transport of earlier versions of MCP.');
  }
  const agent = await agentForServer(url, plan.connection);
  if (opening.modern) return new ModernHttpTransport({ url, headers, agent });
  return transport === 'sse'
    ? SseTransport.open({ url, headers, agent, ...opening })
    : new HttpTransport({ url, headers, agent });
}
