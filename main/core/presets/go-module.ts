import { open } from 'node:fs/promises';

const CHUNK_BYTES = 4 * 1024 * 1024;
const OVERLAP_BYTES = 512;

/**
 * Version of a Go program as its builder wrote it into the file, when it was built from this module; null otherwise. Reads
 * the file and runs nothing. `''` when the builder knew no version. Format: `mod⇥MODULE⇥VERSION` lines of Go's build
 * information (debug/buildinfo, Go 1.18 and later).
 */
export async function goModuleVersion(path: string, module: string, signal?: AbortSignal): Promise<string | null> {
  const wanted = Buffer.from(`\nmod\t${module}\t`);
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES + OVERLAP_BYTES);
    let kept = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, kept, CHUNK_BYTES, null);
      const end = kept + bytesRead;
      const found = buffer.subarray(0, end).indexOf(wanted);
      // A hit at the very end may be cut off; it comes again whole with the next piece.
      if (found !== -1 && (found + OVERLAP_BYTES / 2 <= end || bytesRead === 0)) {
        return versionIn(buffer.subarray(found + wanted.length, end).toString('latin1'));
      }
      if (bytesRead === 0) return null;
      kept = Math.min(OVERLAP_BYTES, end);
      buffer.copy(buffer, 0, end - kept, end);
    }
  } finally {
    await file.close();
  }
}

function versionIn(text: string): string {
  return /^v(\d+\.\d+\.\d+[^\t\n]*)/.exec(text)?.[1] ?? '';
}
