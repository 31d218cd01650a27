/** One context switch, with when `use` was asked for and when it returned, by `performance.now()`. */
export interface MadeSwitch {
  readonly from: string;
  readonly to: string;
  readonly began: number;
  readonly returned: number;
}

export function allowedClusters(began: number, switches: readonly MadeSwitch[], first: string): string[];
export function isDuringSwitch(call: { began: number; ended: number }, switches: readonly MadeSwitch[]): boolean;
export function clusterOf(text: string, marks: Readonly<Record<string, string>>): string | null;
