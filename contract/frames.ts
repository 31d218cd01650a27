import { z } from 'zod';
import { errorInfoSchema } from './errors.ts';

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

export const frameFromCoreSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('result'), id, ok: z.literal(true), data: z.unknown() }),
  z.object({ t: z.literal('failed'), id, error: errorInfoSchema }),
  z.object({
    t: z.literal('item'),
    id,
    seq: z.number().int(),
    items: z.array(z.unknown()),
    dropped: z.number().int().optional(),
  }),
  z.object({ t: z.literal('end'), id, error: errorInfoSchema.optional() }),
]);
export type FrameFromCore = z.infer<typeof frameFromCoreSchema>;

/** One side of an open connection. `onFrame` and `onClose` are set once, before anything arrives. */
export interface Connection<Out, In> {
  send(frame: Out): void;
  close(): void;
  onFrame: (frame: In) => void;
  onClose: (reason: string) => void;
}
