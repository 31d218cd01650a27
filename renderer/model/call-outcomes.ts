import type { CallRecord } from '../../contract/model/activity.ts';

type Outcome = CallRecord['outcome'];

/** How calls end, in words, with the sign that says the same by its shape. */
export const callOutcomes: Readonly<Record<Outcome, { mark: 'ok' | 'warn' | 'bad' | 'off'; word: string }>> = {
  ok: { mark: 'ok', word: 'answered' },
  'tool-error': { mark: 'warn', word: 'the tool reported an error' },
  error: { mark: 'bad', word: 'failed' },
  refused: { mark: 'bad', word: 'refused' },
  cancelled: { mark: 'off', word: 'cancelled' },
};
