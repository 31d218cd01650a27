import type { Readable } from 'node:stream';
import type { LogEntry, LogSink } from './log-sink.ts';
import { TextBlocks } from './text-blocks.ts';

/**
 * Stores what a process writes to one of its pipes, until it ends. The pipe is read as fast as it comes; only when the disk is
 * far behind does the process wait, and never for long. `onText` gets the same text, in portions of whole lines.
 */
export function followOutput(
  pipe: Readable,
  to: LogSink,
  { slug, stream }: Pick<LogEntry, 'slug' | 'stream'>,
  onText: (text: string) => void,
): void {
  const blocks = new TextBlocks(
    (text) => {
      onText(text);
      to.append({ slug, stream, text });
    },
    ({ head, bytes }) => {
      onText(head);
      to.append({ slug, stream, text: head, overlongBytes: bytes });
    },
  );
  pipe.on('data', (chunk: Buffer) => {
    blocks.push(chunk);
    const pressure = to.pressure(slug);
    if (!pressure) return;
    pipe.pause();
    void pressure.then(() => pipe.resume());
  });
  pipe.once('end', () => blocks.end());
}
