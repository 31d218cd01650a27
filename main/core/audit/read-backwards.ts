import { open } from 'node:fs/promises';

const BLOCK = 256 * 1024;
const LINE_END = 0x0a;

/** The lines of a file, last first, without their ends; what comes after the last line end is left out. A file that is not there has none. */
export async function* linesBackwards(path: string): AsyncGenerator<string> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return;
  try {
    let at = (await handle.stat()).size;
    // Bytes of the line whose beginning has not been reached, in pieces, first piece first.
    let pieces: Buffer[] = [];
    let whole = false;
    while (at > 0) {
      const length = Math.min(BLOCK, at);
      at -= length;
      const block = Buffer.alloc(length);
      await handle.read(block, 0, length, at);
      let end = length;
      for (let index = block.lastIndexOf(LINE_END); index !== -1; index = block.lastIndexOf(LINE_END, end - 1)) {
        const line = Buffer.concat([block.subarray(index + 1, end), ...pieces]);
        if (whole) yield line.toString('utf8');
        whole = true;
        pieces = [];
        end = index;
        if (end === 0) break;
      }
      if (end > 0) pieces.unshift(block.subarray(0, end));
    }
    if (whole && pieces.length > 0) yield Buffer.concat(pieces).toString('utf8');
  } finally {
    await handle.close();
  }
}
