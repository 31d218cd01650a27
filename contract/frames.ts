import { z } from 'zod';
import type { ErrorInfo } from './errors.ts';

const id = z.number().int().min(0);

/**
 * What travels between a UI and the core, one JSON object each, the same over Electron IPC, WebSocket and the control socket.
 * Items are numbered from 1 within a stream; the receiver acknowledges the highest it has handled. A sender with too many
 * unacknowledged items drops and says how many in `dropped` of the next item frame.
 */
export const frameToCoreSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('call'), id, method: z.string(), params: z.unknown().optional() }),
  z.object({ t: z.literal('cancel'), id }),
  z.object({ t: z.literal('subscribe'), id, stream: z.string(), params: z.unknown().optional() }),
  z.object({ t: z.literal('ack'), id, seq: z.number().int() }),
]);
export type FrameToCore = z.infer<typeof frameToCoreSchema>;

/** Checked by `readFrameFromCore`. */
export type FrameFromCore =
  | { readonly t: 'result'; readonly id: number; readonly ok: true; readonly data?: unknown }
  | { readonly t: 'failed'; readonly id: number; readonly error: ErrorInfo }
  | {
      readonly t: 'item';
      readonly id: number;
      readonly seq: number;
      readonly items: readonly unknown[];
      readonly dropped?: number | undefined;
    }
  | { readonly t: 'end'; readonly id: number; readonly error?: ErrorInfo | undefined };

/** One side of an open connection. `onFrame` and `onClose` are set once, before anything arrives. */
export interface Connection<Out, In> {
  send(frame: Out): void;
  close(): void;
  onFrame: (frame: In) => void;
  onClose: (reason: string) => void;
}
