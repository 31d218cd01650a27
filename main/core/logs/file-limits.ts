import type { Settings } from '../../../contract/model/settings.ts';

/** How large log files may become, and how many there may be of one server, with the current one. */
export interface FileLimits {
  readonly maxFileBytes: number;
  readonly maxFiles: number;
}

/** The limits that the settings ask for. */
export function fileLimits({ maxFileMegabytes, maxFiles }: Settings['logs']): FileLimits {
  return { maxFileBytes: Math.round(maxFileMegabytes * 1024 * 1024), maxFiles };
}
