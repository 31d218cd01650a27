import type { BerthError } from '../../../contract/errors.ts';
import { isTooDeep } from './carriable.ts';
import { misspelled } from './exact-names.ts';
import { isRecord, type JsonRpcRequest } from './json-rpc.ts';

/** The name of the tool that a request calls; empty for one that is no text, null for a request that calls none. */
export function toolOf(request: JsonRpcRequest): string | null {
  if (request.method !== 'tools/call') return null;
  const name = isRecord(request.params) ? request.params['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

export function argumentsOf({ params }: JsonRpcRequest): unknown {
  return isRecord(params) ? params['arguments'] : undefined;
}

/** Berth's no to a call of a tool: a result, so that the model reads it. */
export function refusalResult(text: string, error: BerthError): Record<string, unknown> {
  return { content: [{ type: 'text', text }], isError: true, _meta: { 'berth/error': error.toInfo() } };
}

/** Why nobody could judge a call of a tool, since its server may read another one than Berth; null when all is well. */
export function toolCallProblem({ params }: JsonRpcRequest): string | null {
  if (!isRecord(params) || typeof params['name'] !== 'string') return 'the name of the tool must be text.';
  if (isTooDeep(params)) return 'its arguments are nested too deeply.';
  const problem = misspelled(params, ['name', 'arguments', '_meta', 'task', 'inputResponses', 'requestState']);
  return problem === null ? null : `the parameter ${problem}.`;
}
