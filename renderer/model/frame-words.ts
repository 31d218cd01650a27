import type { Frame } from '../../contract/model/inspector.ts';

/** What a JSON-RPC message is, in a few words: `tools/call #3`, `result #3`, `error -32602 #3`. */
export function frameWords({ message }: Pick<Frame, 'message'>): string {
  const id = message['id'] === undefined || message['id'] === null ? '' : ` #${String(message['id'])}`;
  if (typeof message['method'] === 'string') return `${message['method']}${id}`;
  const error = message['error'];
  if (typeof error === 'object' && error !== null && 'code' in error) return `error ${String(error.code)}${id}`;
  return `result${id}`;
}
