export interface Random {
  next(): number;
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  weighted<T>(pairs: readonly (readonly [weight: number, value: T])[]): T;
}

export function seeded(seed: number): Random;
