import { isRecord } from '../json-rpc.ts';
import type { GatewayTarget } from '../ports.ts';
import { listedTools } from '../tool-claims.ts';
import type { Item } from './kept-list.ts';
import { sharedName } from './shared-name.ts';
import type { Lists } from './shared-uri.ts';

/** A tool of one of the servers, with the name that it has among all of them. */
export interface SharedTool {
  readonly slug: string;
  readonly context: string | null;
  /** D4. */
  readonly name: string;
  /** As its server lists it. */
  readonly tool: Item & { readonly name: string };
}

/** The tools of all servers that pass their guards as these are now: lists may have been read before a guard was tightened. */
export function sharedTools(all: Lists, targetOf: (slug: string) => GatewayTarget | undefined): SharedTool[] {
  const shared = new Map<string, SharedTool>();
  for (const [slug, tools] of all) {
    const target = targetOf(slug);
    if (!target) continue;
    const { level, rules } = target.guard();
    const context = target.context();
    const listed = listedTools({ tools }, level, rules) as { tools: (Item & { name: string })[] };
    for (const tool of listed.tools) {
      const name = sharedName(slug, tool.name);
      if (!shared.has(name)) shared.set(name, { slug, context, name, tool });
    }
  }
  return [...shared.values()];
}

/** An entry of `tools/list`. Titles name the server, too: people who are asked to allow a call see them in the place of the name. */
export function listedTool({ slug, name, tool }: SharedTool): Item {
  const { annotations } = tool;
  return {
    ...tool,
    name,
    ...titled(tool, slug),
    ...(isRecord(annotations) ? { annotations: { ...annotations, ...titled(annotations, slug) } } : {}),
  };
}

/** The title with the server's name, where there is one. */
export function titled({ title }: Readonly<Record<string, unknown>>, slug: string): { title?: string } {
  return typeof title === 'string' && title !== '' ? { title: `${title} (${slug})` } : {};
}
