export function percentile(values: readonly number[], share: number): number;
export function median(values: readonly number[]): number;
export function paired(
  repeat: number,
  berth: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ berth: number; peer: number; ratio: number; ratios: number[] }>;
