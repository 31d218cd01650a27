import type { Item } from './kept-list.ts';
import type { FoundTool } from './tool-index.ts';

export const FIND_TOOL = 'find_tool';
export const CALL_TOOL = 'call_tool';
/** So many tools are found at once: more cost tokens and are seldom the right ones (docs/benchmarks.md). */
export const FOUND_TOOLS = 5;

/**
 * The two tools of the search mode, with the names and parameters of ToolHive's MCP Optimizer and vMCP, so that prompts written for
 * them work here, too: https://github.com/stacklok/toolhive/blob/main/docs/arch/10-virtual-mcp-architecture.md
 */
export function searchTools(servers: string): Item[] {
  return [
    {
      name: FIND_TOOL,
      title: 'Find a tool',
      description: `Finds the tools of the Kubernetes MCP servers in Berth that fit a task. Answers up to ${FOUND_TOOLS} with name, description and input schema; call one with ${CALL_TOOL}.\n${servers}`,
      inputSchema: {
        type: 'object',
        properties: {
          tool_description: {
            type: 'string',
            description:
              'What the tool should do, e.g. "logs of a crashed container". Name the server or context if one is meant.',
          },
          tool_keywords: {
            type: 'array',
            items: { type: 'string' },
            description: 'Words that the tool\'s name or description may hold, e.g. ["pod", "logs"].',
          },
        },
        required: ['tool_description'],
      },
      annotations: {
        title: 'Find a tool',
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    {
      name: CALL_TOOL,
      title: 'Call a tool',
      description: `Calls a tool that ${FIND_TOOL} has found. Berth's guard decides about it as about any call.`,
      inputSchema: {
        type: 'object',
        properties: {
          tool_name: { type: 'string', description: `The name that ${FIND_TOOL} has answered, e.g. "dev__pods_list".` },
          parameters: { type: 'object', description: "What the tool's input schema asks for." },
        },
        required: ['tool_name'],
      },
      // It may call anything, so it claims nothing that only some tools are.
      annotations: { title: 'Call a tool', readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    },
  ];
}

export interface Wanted {
  readonly description: string;
  readonly keywords: readonly string[];
}

/** What `find_tool` is asked for; a sentence that says what is wrong with its arguments. */
export function wantedOf(args: Readonly<Record<string, unknown>>): Wanted | string {
  const description = args['tool_description'] ?? '';
  const given = args['tool_keywords'] ?? [];
  // The former MCP Optimizer took them as one text.
  const keywords: unknown = typeof given === 'string' ? given.split(/[\s,]+/) : given;
  if (typeof description !== 'string') return 'tool_description must be text.';
  if (!Array.isArray(keywords) || !keywords.every((word) => typeof word === 'string')) {
    return 'tool_keywords must be a list of texts.';
  }
  if (description.trim() === '' && keywords.every((word) => word.trim() === '')) {
    return 'Say in tool_description what the tool should do.';
  }
  return { description, keywords };
}

/** What `call_tool` is to call; a sentence that says what is wrong with its arguments. */
export function calledOf(args: Readonly<Record<string, unknown>>): { name: string; parameters: unknown } | string {
  const { tool_name: name, parameters = {} } = args;
  if (typeof name !== 'string' || name === '')
    return `tool_name must be the name of a tool that ${FIND_TOOL} answered.`;
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    return 'parameters must be an object.';
  }
  return { name, parameters };
}

/** The answer of `find_tool`: the same as structured content and as text. */
export function foundResult(found: readonly FoundTool[]): Record<string, unknown> {
  const tools = found.map(({ best: { slug, context, name, tool }, also }) => ({
    server: slug,
    ...(context === null ? {} : { context }),
    name,
    description: tool['description'] ?? '',
    inputSchema: tool['inputSchema'] ?? {},
    ...(also.length === 0
      ? {}
      : {
          also: also.map((one) => ({
            server: one.slug,
            ...(one.context === null ? {} : { context: one.context }),
            name: one.name,
          })),
        }),
  }));
  const text =
    tools.length === 0 ? 'No tool fits. Say it in other words, or more generally.' : JSON.stringify({ tools });
  return { content: [{ type: 'text', text }], structuredContent: { tools } };
}
