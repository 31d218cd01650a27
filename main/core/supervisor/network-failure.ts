import type { ErrorCode, ErrorInfo } from '../../../contract/errors.ts';

const networkCodes: readonly ErrorCode[] = ['unreachable', 'timed-out'];

/** Whether the network may be all that a server lacks, so that it is worth trying again as soon as that is another one. */
export function isNetworkFailure(error: ErrorInfo | null): boolean {
  return error !== null && networkCodes.includes(error.code);
}
