import { BerthError } from '../../../../contract/errors.ts';
import { ALL, type AllMode } from '../../../../contract/model/all.ts';
import { isRecord } from '../json-rpc.ts';
import type { EndedCall, GatewayTargets } from '../ports.ts';
import { argumentsOf, toolCallProblem, toolOf } from '../tool-call.ts';
import type { Errand } from './errand.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import { CALL_TOOL, calledOf, FIND_TOOL, FOUND_TOOLS, foundResult, searchTools, wantedOf } from './search-tools.ts';
import { partsOf, sharedName } from './shared-name.ts';
import { listedTool, type SharedTool, sharedTools } from './shared-tools.ts';
import { ToolIndex } from './tool-index.ts';

/** What is told about a call that no server's session has told of. */
export type Ended = Pick<EndedCall, 'slug' | 'time' | 'tool' | 'args' | 'outcome' | 'reason' | 'ms' | 'answerBytes'>;

export interface ToolRequestsOptions {
  readonly members: Members;
  readonly targets: Pick<GatewayTargets, 'get'>;
  readonly mode: () => AllMode;
  /** The servers in a few lines. */
  readonly servers: () => string;
  readonly record: (ended: Ended) => void;
}

/** `tools/list` and `tools/call` to all servers, and the two tools of the search mode. */
export class ToolRequests {
  readonly #options: ToolRequestsOptions;
  #index: ToolIndex | null = null;

  constructor(options: ToolRequestsOptions) {
    this.#options = options;
  }

  async list(errand: Errand): Promise<void> {
    const { mode, servers } = this.#options;
    if (mode() === 'search') errand.settle({ tools: searchTools(servers()) });
    else errand.settle({ tools: (await this.#tools({ anew: true })).map(listedTool) });
  }

  /** Every name works in either mode: many clients never ask again which tools there are. */
  async call(errand: Errand): Promise<void> {
    const problem = toolCallProblem(errand.request);
    if (problem !== null) {
      return this.#refuse(errand, 'refused', `Berth refused this call of a tool: ${problem} Change it and call again.`);
    }
    const name = toolOf(errand.request) ?? '';
    const given = argumentsOf(errand.request);
    const args = isRecord(given) ? given : {};
    if (name === FIND_TOOL) return this.#find(errand, args);
    if (name !== CALL_TOOL) return this.#carry(errand, name, given);
    const called = calledOf(args);
    if (typeof called === 'string') return this.#refuse(errand, 'invalid-argument', called);
    return this.#carry(errand, called.name, called.parameters);
  }

  async #find(errand: Errand, args: Readonly<Record<string, unknown>>): Promise<void> {
    const wanted = wantedOf(args);
    if (typeof wanted === 'string') return this.#refuse(errand, 'invalid-argument', wanted);
    const tools = await this.#tools({ anew: false });
    if (errand.ended) return this.#tell(errand, 'cancelled', null, 0);
    if (!this.#index?.isOf(tools)) this.#index = new ToolIndex(tools);
    const bytes = errand.settle(foundResult(this.#index.find(wanted, FOUND_TOOLS)));
    this.#tell(errand, 'ok', null, bytes);
  }

  async #carry(errand: Errand, shared: string, args: unknown): Promise<void> {
    const { members } = this.#options;
    const found = await this.#toolOf(shared);
    if (errand.ended) return this.#tell(errand, 'cancelled', null, 0);
    if (!found) {
      const how = this.#options.mode() === 'search' ? `Use ${FIND_TOOL}` : 'Call tools/list';
      return this.#refuse(
        errand,
        'not-found',
        `There is no tool ${shared} in Berth. ${how} for the tools that there are.`,
      );
    }
    const { member, name } = found;
    const { arguments: _, ...params } = errand.request.params as Record<string, unknown>;
    try {
      await members.carry(errand, member, { ...params, name, ...(args === undefined ? {} : { arguments: args }) });
    } catch (error) {
      // It was never up in this session, so nobody else tells of it.
      const bytes = errand.fail(error);
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell(errand, 'error', reason, bytes, { slug: member.slug, tool: name, args });
    }
  }

  /** The server and its own name for a tool. A name that was cut is looked up in the server's list. */
  async #toolOf(shared: string): Promise<{ member: Member; name: string } | null> {
    const parts = partsOf(shared);
    const member = parts ? this.#options.members.of(parts.slug) : undefined;
    if (!parts || !member) return null;
    if (parts.name !== null) return { member, name: parts.name };
    for (const anew of [false, true]) {
      const tools = (await this.#options.members.lists('tools', { anew })).get(parts.slug) ?? [];
      const name = tools.map((tool) => String(tool['name'])).find((one) => sharedName(parts.slug, one) === shared);
      if (name !== undefined) return { member, name };
    }
    return null;
  }

  async #tools(how: { anew: boolean }): Promise<SharedTool[]> {
    const { members, targets } = this.#options;
    return sharedTools(await members.lists('tools', how), (slug) => targets.get(slug));
  }

  #refuse(errand: Errand, code: 'refused' | 'not-found' | 'invalid-argument', text: string): void {
    const bytes = errand.refuse(new BerthError(code, text));
    this.#tell(errand, 'refused', text, bytes);
  }

  #tell(
    errand: Errand,
    outcome: Ended['outcome'],
    reason: string | null,
    answerBytes: number,
    of: Pick<Ended, 'slug' | 'tool' | 'args'> = {
      slug: ALL,
      tool: toolOf(errand.request),
      args: argumentsOf(errand.request),
    },
  ): void {
    this.#options.record({ time: errand.time, ...of, ...errand.end(outcome, reason, answerBytes) });
  }
}
