import { BerthError } from '../../../contract/errors.ts';

/** What an unpacked package may hold at most. */
export interface ArchiveLimits {
  readonly bytes: number;
  readonly entries: number;
}

/** The largest package of a preset is under 100 MB and the one with the most files has under 1,000. */
export const archiveLimits: ArchiveLimits = { bytes: 1024 * 1024 * 1024, entries: 20_000 };

/**
 * Unpacks a package of npm into a folder that exists, without its first folder (`package/`). Only files and folders are taken:
 * a link, a device or a path that leaves the folder is a reason to refuse the whole package. Files get 0644 or 0755.
 * Rejects with `protocol`, `too-large`, `cancelled` or the system's error; what it left is the caller's to remove.
 */
export async function unpackPackage(
  file: string,
  folder: string,
  signal: AbortSignal,
  limits: ArchiveLimits = archiveLimits,
): Promise<void> {
  let bytes = 0;
  let entries = 0;
  let refusal: BerthError | null = null;
  const judge = (path: string, type: string, size: number): BerthError | null => {
    entries += 1;
    bytes += size;
    if (signal.aborted) return new BerthError('cancelled', 'The installation was cancelled.');
    if (bytes > limits.bytes || entries > limits.entries) {
      return new BerthError('too-large', 'The package holds more than any server needs, and was not unpacked.', {
        hint: 'Check where it comes from: `npm config get registry`.',
      });
    }
    const kind = /^(File|OldFile|ContiguousFile|Directory|GNUDumpDir)$/.test(type);
    return kind && staysInside(path) ? null : unsafe(path);
  };
  // Loaded when it is needed: it would hold every start of Berth up.
  const { x: extract } = await import('tar');
  try {
    await extract({
      file,
      cwd: folder,
      strip: 1,
      strict: true,
      preserveOwner: false,
      noMtime: true,
      chmod: true,
      processUmask: 0o022,
      filter: (path, entry) => {
        if (refusal) return false;
        const { type = 'Unsupported', size } = entry as { type?: string; size: number };
        refusal = judge(path, type, size ?? 0);
        return refusal === null;
      },
    });
  } catch (error) {
    throw refusal ?? asPackageError(error);
  }
  if (refusal) throw refusal;
}

function staysInside(path: string): boolean {
  const parts = path.split(/[\\/]/);
  return !/^([\\/]|[A-Za-z]:)/.test(path) && !parts.includes('..') && !path.includes('\0');
}

function unsafe(path: string): BerthError {
  const shown = JSON.stringify(path.slice(0, 200));
  return new BerthError(
    'protocol',
    `The package was refused: its entry ${shown} is a link or leads out of its folder.`,
    {
      hint: 'No honest package has this. Check where it comes from: `npm config get registry`.',
    },
  );
}

/** The system's own errors (disk full, no permission) stay as they are; what tar says is about the package. */
function asPackageError(error: unknown): unknown {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined && !code.startsWith('TAR_')) return error;
  return new BerthError('protocol', `The package cannot be unpacked: ${(error as Error).message}.`, {
    hint: 'Check where it comes from: `npm config get registry`.',
    cause: error,
  });
}
