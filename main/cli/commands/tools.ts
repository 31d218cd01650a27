import type { Command } from 'commander';
import { exitCodeOf } from '../../../contract/errors.ts';
import type { Tool, ToolResult } from '../../../contract/model/inspector.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, collect, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { readAll } from '../prompt.ts';
import { withBerth } from '../session.ts';
import { oneLine, table } from '../table.ts';
import { toolArguments } from '../typed-values.ts';

/** tools and call: through the gateway, as an AI client would. */
export function addToolCommands(program: Command, { io, exit }: CommandKit): void {
  withOutput(program.command('tools <slug>'))
    .description('list the tools of a server that pass its guard, or with "all" those of all servers')
    .action(async (slug: string, options: { output?: string }) => {
      const tools = await withBerth(io, (berth) => berth.call('servers.tools', { slug }));
      await print(io, formatOf(options), tools, toolsText);
    });

  withOutput(program.command('call <slug> <tool>'))
    .description('call a tool; exit 5 when it answers an error, 6 when it is refused')
    .option('--args <json>', 'arguments as a JSON object; "-" reads them from stdin')
    .option('--arg <name=value>', 'one argument, typed by the tool; may be repeated', collect)
    .action(async (slug: string, tool: string, options: { output?: string; args?: string; arg?: string[] }) => {
      const format = formatOf(options);
      const json = options.args === '-' ? await readAll(io) : options.args;
      const result = await withBerth(io, async (berth) => {
        const schema = options.arg ? schemaOf(await berth.call('servers.tools', { slug }), tool) : {};
        const args = toolArguments(json, options.arg ?? [], schema);
        return berth.call('servers.call', { slug, tool, args, who: 'cli' }, { signal: io.interrupted });
      });
      await print(io, format, result, (value) => resultText(value, (note) => say(io, note)));
      if (result.isError) exit(exitCodeOf('tool-error'));
    });
}

/** How the tool takes its arguments; nothing is known of one that is not listed, and the gateway says why it is not. */
function schemaOf(tools: readonly Tool[], name: string): Tool['inputSchema'] {
  return tools.find((candidate) => candidate.name === name)?.inputSchema ?? {};
}

const toolsText: Render<readonly Tool[]> = (tools, { wide, paint }) =>
  tools.length === 0
    ? 'The server offers no tool that passes its guard.'
    : table(
        tools,
        [
          { head: 'NAME', text: (tool) => tool.name },
          { head: 'KIND', text: kindText, paint: (text) => (text === 'destructive' ? paint('bad', text) : text) },
          { head: 'ARGUMENTS', text: argumentsText, wide: true },
          { head: 'DESCRIPTION', text: (tool) => firstLine(tool.description ?? tool.title ?? '') },
        ],
        wide,
      );

/** What the server says of the tool; it is a claim. */
function kindText({ annotations }: Tool): string {
  if (annotations?.readOnlyHint) return 'read-only';
  if (annotations?.destructiveHint) return 'destructive';
  return annotations?.readOnlyHint === false ? 'writes' : 'unknown';
}

function argumentsText({ inputSchema }: Tool): string {
  const required = Array.isArray(inputSchema['required']) ? inputSchema['required'] : [];
  const properties = inputSchema['properties'];
  if (typeof properties !== 'object' || properties === null) return '';
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `[${name}]`))
    .join(' ');
}

function firstLine(text: string): string {
  const line = oneLine(text.trim().split('\n')[0] ?? '');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

/** The text of a result; what is no text is named on stderr. */
export function resultText(result: ToolResult, note: (text: string) => void): string {
  const content = result.content ?? [];
  const texts = content.flatMap((part) => {
    if (part.type === 'text' && typeof part['text'] === 'string') return [part['text']];
    if (part.type === 'resource' && hasText(part['resource'])) return [part['resource'].text];
    note(`(${part.type} left out; use -o json)`);
    return [];
  });
  if (content.length === 0 && result.structuredContent !== undefined) {
    return JSON.stringify(result.structuredContent, null, 2);
  }
  return texts.join('\n');
}

function hasText(resource: unknown): resource is { text: string } {
  return typeof resource === 'object' && resource !== null && 'text' in resource && typeof resource.text === 'string';
}
