/** Cuts a stream of server-sent events into events. */
export class EventReader {
  constructor(onEvent: (event: { event: string; data: string }) => void);
  push(chunk: Buffer): void;
}
