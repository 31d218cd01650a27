import { BerthError } from '../../../contract/errors.ts';
import type { Tool, ToolResult } from '../../../contract/model/inspector.ts';
import type { Server } from '../../../contract/model/server.ts';
import { exposureRemedy, exposureText, type Listener, listenerText } from '../../../contract/model/usage.ts';
import type { Check, Finding } from './check.ts';

/** What the checks of one server look at. */
export interface ServerFactsPort {
  get(): Server;
  program(): Promise<{ path: string; version: string | null; problem?: string } | null>;
  installHint(): Promise<string | null>;
  /** How a server that somebody else runs is reached, in words; null for others. */
  way(): Promise<string | null>;
  /** Where its processes take connections at this moment; null when that cannot be told. */
  listeners(): Promise<readonly Listener[] | null>;
  tools(signal: AbortSignal): Promise<Tool[]>;
  call(tool: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolResult>;
  /** A call that reads a little and needs nothing special, as the preset knows it; null when it knows none. */
  safeRead(): { tool: string; args: Record<string, unknown> } | null;
}

/** From the program on disk to an answer out of the cluster, as an AI client would get it: through the endpoint. */
export function serverChecks(port: ServerFactsPort): Check[] {
  let tools: Tool[] = [];
  return [
    {
      id: 'program',
      title: 'Program',
      run: async () => {
        const found = await port.program();
        if (found && found.problem === undefined) {
          return { outcome: 'pass', evidence: `${found.path}${found.version ? ` ${found.version}` : ''}` };
        }
        const hint = await port.installHint();
        const evidence = found?.problem ?? 'the server program was not found';
        return { outcome: 'fail', evidence, ...(hint ? { remedy: hint } : {}) };
      },
    },
    {
      id: 'process',
      title: 'Server is up',
      run: async () => {
        const server = port.get();
        if (server.state === 'ready' || server.state === 'degraded') {
          const pid = server.pid === null ? 'no process of its own' : `pid ${server.pid}`;
          const way = await port.way();
          const reached = way === null ? '' : `, reached ${way}`;
          return { outcome: 'pass', evidence: `${server.state}, ${pid}, ${server.restarts} restarts${reached}` };
        }
        return {
          outcome: 'fail',
          evidence: server.error?.message ?? `it is ${server.state}`,
          remedy: server.error?.hint ?? `Start it: \`berth start ${server.slug}\`.`,
        };
      },
    },
    {
      id: 'network',
      title: 'Closed to the network',
      aside: true,
      run: async () => closedToNetwork(await port.listeners()),
    },
    {
      id: 'initialize',
      title: 'MCP initialize',
      run: () => {
        const { serverInfo, protocolVersion } = port.get();
        if (!serverInfo) throw new BerthError('protocol', 'The server has not answered initialize.');
        return { outcome: 'pass', evidence: `${serverInfo.name} ${serverInfo.version}, protocol ${protocolVersion}` };
      },
    },
    {
      id: 'tools',
      title: 'Tools through the endpoint',
      run: async (signal) => {
        tools = await port.tools(signal);
        const { effectiveGuard } = port.get();
        if (tools.length === 0) {
          return {
            outcome: 'warn',
            evidence: `no tool passes the guard ${effectiveGuard}`,
            remedy: 'The server marks none of its tools as read-only. Raise its guard if you trust it.',
          };
        }
        return { outcome: 'pass', evidence: `${tools.length} tools pass the guard ${effectiveGuard}` };
      },
    },
    {
      id: 'safe-read',
      title: 'A safe read from the cluster',
      run: async (signal) => {
        const read = port.safeRead();
        if (!read || !tools.some((tool) => tool.name === read.tool)) {
          return { outcome: 'skip', evidence: 'no tool is known that reads without arguments' };
        }
        const result = await port.call(read.tool, read.args, signal);
        const text = firstLine(result);
        if (!result.isError) return { outcome: 'pass', evidence: `${read.tool} answered: ${text}` };
        return {
          outcome: 'fail',
          evidence: `${read.tool} answered an error: ${text}`,
          remedy: 'The rungs of the context above say whether the cluster answers and what you may do there.',
        };
      },
    },
  ];
}

/** Whether only this machine can reach a server that listens there. */
function closedToNetwork(listeners: readonly Listener[] | null): Finding {
  if (listeners === null) return { outcome: 'skip', evidence: 'where its processes listen cannot be told from here' };
  const text = exposureText({ listeners });
  if (text !== null) return { outcome: 'fail', evidence: text, remedy: exposureRemedy };
  const places = listeners.map(listenerText).join(', ');
  return { outcome: 'pass', evidence: places === '' ? 'it listens nowhere' : `it listens on ${places} only` };
}

function firstLine(result: ToolResult): string {
  const text = result.content?.find((part) => part.type === 'text')?.['text'];
  const line = typeof text === 'string' ? (text.split('\n').find((part) => part.trim() !== '') ?? '') : '(no text)';
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
