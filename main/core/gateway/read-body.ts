import type { IncomingMessage } from 'node:http';

export type Body = { readonly text: string } | { readonly problem: 'too-large' | 'gone' };

/** The body as text; `too-large` as soon as that is certain, `gone` when the client hung up. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return resolve({ problem: 'too-large' });
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve({ problem: 'too-large' });
      }
    });
    request.once('end', () =>
      resolve({ text: (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8') }),
    );
    request.once('close', () => resolve({ problem: 'gone' }));
    request.once('error', () => resolve({ problem: 'gone' }));
  });
}
