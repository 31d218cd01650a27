import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/client';

export type Direction = 'sent' | 'received';
/** Answers `true` when the message is nobody else's concern. */
export type MessageListener = (direction: Direction, message: Record<string, unknown>) => boolean | undefined;

/** A transport that tells of every message that passes, before it is acted on, and changes none. */
export class RecordedTransport implements Transport {
  readonly #inner: Transport;
  readonly #listener: (direction: Direction, message: Record<string, unknown>) => void;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport['onmessage'];

  constructor(inner: Transport, listener: (direction: Direction, message: Record<string, unknown>) => void) {
    this.#inner = inner;
    this.#listener = listener;
    inner.onclose = () => this.onclose?.();
    inner.onerror = (error) => this.onerror?.(error);
    inner.onmessage = (message, extra) => {
      listener('received', message as unknown as Record<string, unknown>);
      this.onmessage?.(message, extra);
    };
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream ?? false;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.#listener('sent', message as unknown as Record<string, unknown>);
    return this.#inner.send(message, options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version);
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#inner.setSupportedProtocolVersions?.(versions);
  }
}
