/** Why the bridge cannot carry a message: the same shape as Berth's own errors. */
export interface BridgeProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export type MessageId = string | number;

/** As much of a JSON-RPC message as the bridge looks at; the line itself travels unchanged. */
export interface Envelope {
  readonly id: MessageId | null;
  readonly method: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  /** Of an error answer; null otherwise. */
  readonly problem: BridgeProblem | null;
}

/** Null when the line is not JSON. What is JSON but no message has neither id nor method. */
export function envelopeOf(line: string): Envelope | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const message = isRecord(value) ? value : {};
  const { id, method, params } = message;
  return {
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    method: typeof method === 'string' ? method : null,
    params: isRecord(params) ? params : {},
    problem: isRecord(message['error']) ? problemOf(message['error']) : null,
  };
}

/** The answer to a request that did not get through; `data.berth` holds the problem for programs. */
export function problemLine(id: MessageId | null, problem: BridgeProblem): string {
  const text = problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`;
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: text, data: { berth: problem } } });
}

/** Berth's own error where there is one, so that its hint is not said twice. */
export function problemOf(error: Record<string, unknown>): BridgeProblem {
  const own = isRecord(error['data']) && isRecord(error['data']['berth']) ? error['data']['berth'] : {};
  const message = typeof own['message'] === 'string' ? own['message'] : error['message'];
  return {
    code: String(own['code'] ?? 'protocol'),
    message: String(message ?? 'The server answered with an error.'),
    ...(typeof own['hint'] === 'string' ? { hint: own['hint'] } : {}),
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
