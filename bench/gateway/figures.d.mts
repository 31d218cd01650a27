import type { Row } from '../lib/table.d.mts';

type Rounds = readonly Readonly<Record<string, Readonly<Record<string, number>>>>[];

export interface Beside {
  readonly berth: number;
  readonly peer: number;
  readonly ratio: number;
}

export function beside(rounds: Rounds, what: { peer: string; kind: string }): Beside;
export function addedBeside(rounds: Rounds, what: { peer: string; kind: string; direct: string }): Beside;
export function ratioRow(figure: string, unit: string, measured: Beside, bar: string | null): Row;
export function valueRow(figure: string, unit: string, berth: number, bar: string | null): Row;
