import { type ErrorInfo, errorCodes } from './errors.ts';
import type { FrameFromCore } from './frames.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What came from the core as a frame; null when it is none. By hand and without a schema: every command of the CLI reads frames, and
 * loading schemas takes longer than most of them do.
 */
export function readFrameFromCore(raw: unknown): FrameFromCore | null {
  if (!isFields(raw)) return null;
  const { t, id, ok, data, error, seq, items, dropped } = raw;
  if (!isCount(id)) return null;
  if (t === 'result') return ok === true ? { t, id, ok, data } : null;
  if (t === 'failed') return isErrorInfo(error) ? { t, id, error } : null;
  if (t === 'end') return error === undefined || isErrorInfo(error) ? { t, id, error } : null;
  if (t !== 'item' || !isCount(seq) || !Array.isArray(items)) return null;
  return dropped === undefined || isCount(dropped) ? { t, id, seq, items, dropped } : null;
}

function isErrorInfo(value: unknown): value is ErrorInfo {
  if (!isFields(value)) return false;
  const { code, message, hint, details } = value;
  const known: readonly unknown[] = errorCodes;
  return (
    known.includes(code) &&
    typeof message === 'string' &&
    (hint === undefined || typeof hint === 'string') &&
    (details === undefined || isFields(details))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
