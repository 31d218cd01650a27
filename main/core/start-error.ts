import { BerthError } from '../../contract/errors.ts';

const reasons: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'Make room on it, then start Berth again.'],
  EDQUOT: ["this user's share of the disk is used up", 'Make room on it, then start Berth again.'],
  EROFS: ['the file system is read-only', 'Set BERTH_HOME to a folder that can be written.'],
  EACCES: ['permission denied', 'Give yourself access to it, or set BERTH_HOME to a folder of your own.'],
  EPERM: ['permission denied', 'Give yourself access to it, or set BERTH_HOME to a folder of your own.'],
  ENOTDIR: ['a part of its path is a file', 'Move that file away, or set BERTH_HOME to another folder.'],
  EEXIST: ['there is a file of that name', 'Move that file away, or set BERTH_HOME to another folder.'],
};

/** Why Berth cannot start, in words, where the system refused one of its own files; everything else as it is. `folder` holds those files. */
export function startError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof BerthError) return error;
  const { code = '', path = folder } = error as NodeJS.ErrnoException;
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  if (!reason) return error;
  const [why, hint] = reason;
  return new BerthError('internal', `Berth cannot write ${path}: ${why}.`, { hint, cause: error });
}
