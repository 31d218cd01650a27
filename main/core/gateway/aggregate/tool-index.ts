import MiniSearch, { type SearchOptions } from 'minisearch';
import { isRecord } from '../json-rpc.ts';
import type { Wanted } from './search-tools.ts';
import type { SharedTool } from './shared-tools.ts';
import { relatedTo } from './synonyms.ts';
import { termOf, wordsOf } from './words.ts';

/** A tool that fits, and the same tool of other servers, which need not be described again. */
export interface FoundTool {
  readonly best: SharedTool;
  readonly also: readonly SharedTool[];
}

interface Document {
  readonly id: number;
  readonly name: string;
  readonly title: string;
  /** The first sentence of the description. */
  readonly summary: string;
  /** The rest of it. */
  readonly description: string;
  readonly parameters: string;
  readonly place: string;
}

const fields = ['name', 'title', 'summary', 'description', 'parameters', 'place'] as const;
/** How much a word counts in each place. */
const boost = { name: 3, title: 1, summary: 1.5, description: 0.3, parameters: 0.2, place: 1 };
/** How much a word counts that only may have been meant. */
const RELATED = 0.5;

/** Finds tools by what they are for. */
export class ToolIndex {
  readonly #tools: readonly SharedTool[];
  readonly #search: MiniSearch<Document>;

  constructor(tools: readonly SharedTool[]) {
    this.#tools = tools;
    this.#search = new MiniSearch<Document>({ fields: [...fields], tokenize: wordsOf, processTerm: termOf });
    this.#search.addAll(tools.map(documentOf));
  }

  /** Whether it was made of these tools, as they are. */
  isOf(tools: readonly SharedTool[]): boolean {
    return (
      tools.length === this.#tools.length &&
      tools.every(({ name, context, tool }, index) => {
        const known = this.#tools[index];
        return known?.name === name && known.context === context && known.tool === tool;
      })
    );
  }

  /** The best, best first. */
  find({ description, keywords }: Wanted, limit: number): FoundTool[] {
    const query = [description, ...keywords].join(' ');
    const said = new Set(wordsOf(query).map(termOf));
    const how: SearchOptions = {
      boost,
      processTerm: (word) => {
        const term = termOf(word);
        return term === null ? null : [term, ...relatedTo(term)];
      },
      boostTerm: (term) => (said.has(term) ? 1 : RELATED),
    };
    const exact = this.#search.search(query, how);
    // Words that no tool has may be misspelled or cut short; beside words that are right, guesses only push these down.
    const found = exact.length > 0 ? exact : this.#search.search(query, { ...how, prefix: true, fuzzy: 0.2 });
    const groups = new Map<string, SharedTool[]>();
    for (const { id } of found) {
      const tool = this.#tools[Number(id)];
      if (!tool) continue;
      const key = JSON.stringify([tool.tool.name, tool.tool['description'], tool.tool['inputSchema']]);
      const group = groups.get(key);
      if (group) group.push(tool);
      else if (groups.size < limit) groups.set(key, [tool]);
    }
    return [...groups.values()].flatMap(([best, ...also]) => (best ? [{ best, also }] : []));
  }
}

function documentOf({ slug, context, tool }: SharedTool, id: number): Document {
  const annotations = isRecord(tool['annotations']) ? tool['annotations'] : {};
  return {
    id,
    name: tool.name,
    title: textOf(tool['title'] ?? annotations['title']),
    ...describedIn(textOf(tool['description'])),
    parameters: parametersText(tool['inputSchema']),
    place: `${slug} ${context ?? ''}`,
  };
}

/** Authors say first what a tool does, and then list whatever it takes. */
function describedIn(text: string): Pick<Document, 'summary' | 'description'> {
  const end = /[.!?](?=\s)|\n/.exec(text)?.index ?? text.length;
  return { summary: text.slice(0, end), description: text.slice(end) };
}

/** Names and descriptions of a tool's parameters. */
function parametersText(schema: unknown): string {
  const properties = isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties)
    .flatMap(([name, property]) => [name, isRecord(property) ? textOf(property['description']) : ''])
    .join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
