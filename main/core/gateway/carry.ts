import { BerthError } from '../../../contract/errors.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import type { Call } from './call.ts';
import type { Endpoint, Way } from './endpoint.ts';
import { decide, heldText, needsClaim, refusalText, type ToolClaim } from './guard.ts';
import { sentences } from './json-rpc.ts';
import type { Link } from './link.ts';
import type { EndedCall, GatewayTarget } from './ports.ts';
import { argumentsOf, toolCallProblem } from './tool-call.ts';

/** How often a call that was not sent yet follows a server that is replaced. */
const MAX_ATTEMPTS = 5;

/** Requests that change nothing at any server, and may be asked again when a server ends before it has answered. */
const repeatable: ReadonlySet<string> = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
]);

export function mayRepeat(method: string): boolean {
  return repeatable.has(method);
}

/** What was found when a call was handed over: null until then, the guard also for what it does not look at. */
export interface Served {
  context: string | null;
  guard: GuardLevel | null;
  approval: EndedCall['approval'];
}

export interface Carriage {
  readonly endpoint: Endpoint;
  readonly way: Way;
  readonly client: string;
  readonly call: Call;
  /** Null for what is no call of a tool. */
  readonly tool: string | null;
  readonly served: Served;
  /** Sends what is no call of a tool. */
  readonly relay: (link: Link, target: GatewayTarget) => void;
}

/**
 * Brings one request of a session to the server, past the guard; waits while the server starts. Between the guard's look and the send
 * nothing waits, so what was decided is what happens. Ends the call where it cannot be carried; never rejects.
 */
export async function carry(carriage: Carriage): Promise<void> {
  const { call, tool, endpoint, client } = carriage;
  try {
    const limits = endpoint.target.callLimits();
    call.silentMs = limits.silentMs;
    const isLimited = limits.perMinute !== null || limits.atOnce !== null;
    if (isLimited && tool !== null && !call.hasTurn) {
      const giveBack = await endpoint.callers.admit(client, limits, call.signal);
      if (call.ended) return giveBack();
      call.takeTurn(giveBack);
    }
    await attempt(carriage);
  } catch (error) {
    // The model reads why, and when it may call again.
    if (tool !== null && !call.hasTurn && error instanceof BerthError && error.code === 'refused') {
      call.refuse(sentences(error.message, error.hint), error);
      return;
    }
    call.fail(error);
  }
}

async function attempt(carriage: Carriage): Promise<void> {
  const { endpoint, way, call, tool, served, relay } = carriage;
  const { slug } = endpoint;
  let approvedFor: string | null | undefined;
  // Without sessions there is no ping.
  if (call.request.method === 'ping' && way !== endpoint.modern && !way.linkNow()) return call.settle({});
  const problem = tool === null ? null : toolCallProblem(call.request);
  if (problem !== null) {
    const text = `Berth refused this call of a tool: ${problem} Change it and call again.`;
    return call.refuse(text, new BerthError('refused', text));
  }
  for (let turn = 0; turn < MAX_ATTEMPTS; turn += 1) {
    const link = way.linkNow() ?? (await way.link(call.signal));
    const claim = tool === null ? null : await claimOf(carriage, link, tool);
    if (call.ended) return;
    // Replaced meanwhile: nothing was sent yet, so the call belongs to the new one.
    if (claim === 'gone' || way.linkNow() !== link) continue;
    const { target } = endpoint;
    served.context = target.context();
    if (tool === null) return relay(link, target);
    const { level, rules, why } = target.guard();
    served.guard = level;
    // The guard was tightened meanwhile and now depends on what the server claims.
    if (claim === 'unasked' && needsClaim({ tool, level, rules })) continue;
    const args = argumentsOf(call.request);
    const question = { tool, args, level, rules, claim: claim === 'unasked' ? null : claim };
    const verdict = decide(question);
    // Never sent a second time: a tool that only reads may still be what the server died of.
    if (verdict.allow) return call.send(link, null, false);
    const place = { slug, context: served.context, level, why };
    if (verdict.cause === 'ask') {
      // Meanwhile another context or guard may have come, so what was approved is looked at again.
      if (approvedFor === place.context) return call.send(link, null, false);
      const held = { slug, context: place.context, client: carriage.client, tool, args };
      const decision = await endpoint.approver.ask(held, call.signal);
      if (call.ended) return;
      served.approval = decision;
      if (decision === 'approved') {
        approvedFor = place.context;
        continue;
      }
      const text = heldText(tool, place, decision);
      return call.refuse(text, new BerthError('refused', text));
    }
    const text = refusalText(tool, place, verdict);
    return call.refuse(text, new BerthError(verdict.cause === 'unknown-tool' ? 'not-found' : 'refused', text));
  }
  throw new BerthError('not-running', `The server ${slug} ends again and again.`, {
    hint: 'Look at its log in Berth.',
  });
}

async function claimOf(
  { endpoint, way }: Carriage,
  link: Link,
  tool: string,
): Promise<ToolClaim | null | 'unasked' | 'gone'> {
  if (!needsClaim({ tool, ...endpoint.target.guard() })) return 'unasked';
  try {
    return await way.claims(link).of(tool);
  } catch (error) {
    if (link.backend.closed) return 'gone';
    throw error;
  }
}
