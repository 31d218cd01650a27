import type { JsonRpcMessage } from '../backend/backend.ts';

/** Headers of an event stream that no proxy should hold back. */
export const eventHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** A comment, which every reader of event streams skips: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export const SIGN_OF_LIFE = ': alive\n\n';

/** One message as an event. JSON has no raw line ends, so one `data` line is enough. */
export function eventText(message: JsonRpcMessage): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}
