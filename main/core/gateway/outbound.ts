import type { Writable } from 'node:stream';
import type { JsonRpcMessage } from '../backend/backend.ts';
import type { GatewayLimits } from './limits.ts';

type QueueLimits = Pick<GatewayLimits, 'softQueueBytes' | 'maxQueueBytes'>;

/**
 * Writes to a reader that may be slow, without ever waiting for it: over the soft bound what may be left out is left out, over the
 * hard bound the connection is given up. The shared server behind is never held back for one reader.
 */
export class Outbound {
  readonly #stream: Writable;
  readonly #limits: QueueLimits;
  #dropped = 0;

  constructor(stream: Writable, limits: QueueLimits) {
    this.#stream = stream;
    this.#limits = limits;
  }

  /** How many droppable texts were left out. */
  get dropped(): number {
    return this.#dropped;
  }

  get open(): boolean {
    return !this.#stream.destroyed && this.#stream.writable;
  }

  /** Text that must arrive. Answers its bytes; 0 when the connection is gone or given up. */
  write(text: string): number {
    if (!this.open) return 0;
    const bytes = Buffer.from(text);
    const waiting = this.#stream.writableLength;
    if (waiting > 0 && waiting + bytes.length > this.#limits.maxQueueBytes) {
      this.#stream.destroy();
      return 0;
    }
    this.#stream.write(bytes);
    return bytes.length;
  }

  /** A message that somebody waits for must arrive; any other may be left out. Answers false when the connection is gone. */
  carry(message: JsonRpcMessage, text: string): boolean {
    if (message.id !== undefined) return this.write(text) > 0;
    this.offer(text);
    return this.open;
  }

  /** Text without which the peer can live: progress, log lines, a sign of life. */
  offer(text: string): void {
    if (!this.open) return;
    if (this.#stream.writableLength > this.#limits.softQueueBytes) this.#dropped += 1;
    else this.#stream.write(text);
  }
}
