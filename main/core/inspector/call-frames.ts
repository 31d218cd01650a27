import type { Frame } from '../../../contract/model/inspector.ts';
import type { Direction } from './recorded-transport.ts';

/**
 * Picks out of a session's messages those that belong to one tool call: the request, its progress, its cancellation, its answer,
 * and what the server says to everybody meanwhile. Calls with equal arguments are told apart by who sent first.
 */
export class CallFrames {
  readonly #wanted: string;
  readonly #onFrame: (frame: Frame) => void;
  readonly #startedAt = performance.now();
  #id: unknown;

  constructor(tool: string, args: Readonly<Record<string, unknown>>, onFrame: (frame: Frame) => void) {
    this.#wanted = JSON.stringify([tool, args]);
    this.#onFrame = onFrame;
  }

  /** True when this was the request of this call, which nobody else may take for theirs. */
  see(direction: Direction, message: Record<string, unknown>): boolean {
    const params = (message['params'] ?? {}) as Record<string, unknown>;
    if (direction === 'sent' && message['method'] === 'tools/call') {
      if (this.#id !== undefined || JSON.stringify([params['name'], params['arguments']]) !== this.#wanted)
        return false;
      this.#id = message['id'];
      this.#record(direction, message);
      return true;
    }
    if (this.#id !== undefined && this.#belongs(message, params)) this.#record(direction, message);
    return false;
  }

  #belongs(message: Record<string, unknown>, params: Record<string, unknown>): boolean {
    switch (message['method']) {
      case undefined:
        return message['id'] === this.#id;
      case 'notifications/progress':
        return params['progressToken'] === this.#id;
      case 'notifications/cancelled':
        return params['requestId'] === this.#id;
      default:
        return message['id'] === undefined;
    }
  }

  #record(direction: Direction, message: Record<string, unknown>): void {
    const at = Math.round((performance.now() - this.#startedAt) * 100) / 100;
    this.#onFrame({ direction, at, message });
  }
}
