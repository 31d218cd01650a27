import type { ScenarioResult } from './results.mjs';

interface Judgement {
  readonly text: string;
  readonly misses: readonly string[];
  readonly notes: readonly string[];
}
interface Verdict extends Judgement {
  readonly suite: string;
  readonly route: string;
}
interface MeasuredRoute {
  readonly route: string;
  readonly suites: Readonly<Record<string, readonly ScenarioResult[]>>;
  readonly broken: Readonly<Record<string, string>>;
  readonly answers: ReadonlyMap<string, string>;
  readonly differing: readonly { name: string; wanted: string; got: string }[] | null;
  readonly passed: readonly string[];
}

export function verdicts(
  routes: readonly { name: string; baseline: string | null; blocks?: boolean }[],
  suites: readonly { name: string; expected: number | null }[],
  measured: readonly MeasuredRoute[],
): Verdict[];
export function directVerdict(direct: readonly ScenarioResult[], expected: number | null): Judgement;
export function routeVerdict(direct: readonly ScenarioResult[], route: readonly ScenarioResult[]): Judgement;
export function blockedVerdict(direct: readonly ScenarioResult[], route: readonly ScenarioResult[]): Judgement;
