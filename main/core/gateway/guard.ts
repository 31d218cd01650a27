import type { GuardLevel, GuardRules } from '../../../contract/model/guard.ts';
import { commandLineProblem } from './command-line.ts';
import { own } from './own.ts';

/** What a server claims about a tool, as far as the guard asks. */
export interface ToolClaim {
  /** `annotations.readOnlyHint === true`, in every entry of that name. */
  readonly readOnlyHint: boolean;
}

export interface GuardQuestion {
  readonly tool: string;
  readonly args: unknown;
  readonly level: GuardLevel;
  readonly rules: GuardRules;
  /** Null when the server lists no such tool. Not asked for where `needsClaim` says so. */
  readonly claim: ToolClaim | null;
}

export type GuardVerdict =
  | { readonly allow: true }
  | {
      readonly allow: false;
      readonly cause: 'blocked' | 'command-line' | 'level' | 'ask' | 'unknown-tool';
      readonly reason: string;
    };

const allowed: GuardVerdict = { allow: true };

/** Whether the verdict depends on what the server claims about the tool. */
export function needsClaim(question: Pick<GuardQuestion, 'tool' | 'level' | 'rules'>): boolean {
  const rule = own(question.rules.tools, question.tool);
  return question.level !== 'full' && rule?.blocked === undefined && rule?.readOnly === undefined;
}

/**
 * Whether a call may pass (D15–D17). Blocked tools and forbidden flags never do. Below `full`, only tools pass that are
 * certainly read-only: by the preset, and where it says nothing, by the server's own hint. At `ask`, a person may let the others pass.
 */
export function decide(question: GuardQuestion): GuardVerdict {
  const { tool, args, level, rules, claim } = question;
  const rule = own(rules.tools, tool);
  if (rule?.blocked !== undefined) return { allow: false, cause: 'blocked', reason: rule.blocked };
  const commandLine = own(rules.commandLines, tool);
  const problem = commandLine ? commandLineProblem(commandLine, rules.commands ?? null, args) : null;
  if (problem !== null) return { allow: false, cause: 'command-line', reason: problem };
  if (level === 'full') return allowed;
  const readOnly = rule?.readOnly ?? claim?.readOnlyHint;
  if (readOnly === true) return allowed;
  if (readOnly === undefined)
    return { allow: false, cause: 'unknown-tool', reason: 'the server lists no tool of this name' };
  return { allow: false, cause: level === 'ask' ? 'ask' : 'level', reason: 'this tool is not certainly read-only' };
}

/** Whether a tool is shown in `tools/list`: what could never be called is not. */
export function isListed(tool: string, claim: ToolClaim, level: GuardLevel, rules: GuardRules): boolean {
  const rule = own(rules.tools, tool);
  if (rule?.blocked !== undefined) return false;
  return level !== 'read-only' || (rule?.readOnly ?? claim.readOnlyHint);
}

export interface RefusalPlace {
  readonly slug: string;
  readonly context: string | null;
  readonly level: GuardLevel;
  /** Where the level comes from, in words. */
  readonly why: string;
}

/** What the model, and through it the user, reads: server, context, guard, reason, and what to do. */
export function refusalText(
  tool: string,
  place: RefusalPlace,
  verdict: Extract<GuardVerdict, { allow: false }>,
): string {
  const { slug, context, level, why } = place;
  const where = context === null ? `server ${slug}` : `server ${slug}, context ${context}`;
  const head = `Berth refused the tool ${tool} (${where}, guard ${level}): ${stop(verdict.reason)}`;
  switch (verdict.cause) {
    case 'blocked':
      return `${head} It is refused at every guard. Use another tool.`;
    case 'command-line':
      return `${head} This is refused at every guard. Change the arguments and call again.`;
    case 'unknown-tool':
      return `${head} Call tools/list for the tools that there are.`;
    case 'ask':
    case 'level':
      return `${head} ${raiseText(place, stop(capital(why)))}`;
  }
}

/** What the model reads when nobody has let its call pass (D16). */
export function heldText(tool: string, { slug, context }: RefusalPlace, decision: 'denied' | 'unanswered'): string {
  const where = context === null ? `server ${slug}` : `server ${slug}, context ${context}`;
  if (decision === 'denied') {
    return `A person denied this call of ${tool} (${where}) in Berth. Do not repeat it, and do not try to get around it.`;
  }
  return `This call of ${tool} (${where}) was not carried out: it waits for a person's approval in Berth. Tell the user, and when they have approved it, repeat it unchanged.`;
}

function raiseText({ slug, context, why }: RefusalPlace, reason: string): string {
  const capped = context !== null && /^the context /i.test(why);
  const how = capped
    ? `the user can raise the cap of the context in Berth, or with \`berth context set ${JSON.stringify(context)} --cap full\``
    : `the user can raise the guard in Berth, or with \`berth set ${slug} --guard full\``;
  return `${reason} To allow it, ${how}; do not try to get around it.`;
}

function stop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
