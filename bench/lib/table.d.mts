/** One row of figures; see bench/run.mjs. */
export interface Row {
  readonly figure: string;
  readonly berth: number;
  readonly peer: number | null;
  readonly unit: string;
  readonly ratio: number | null;
  readonly bar: string | null;
  readonly ok: boolean;
}

export function table(rows: readonly Row[]): string;
export function verdictOf(result: { rows: readonly Row[]; skipped: string | null; error: string | null }): string;
