import type { ScenarioResult } from './results.mjs';

interface RouteResults {
  readonly route: string;
  readonly results: readonly ScenarioResult[];
}

export function scenarioTable(routes: readonly RouteResults[]): string;
export function failureLines(direct: readonly ScenarioResult[], routes: readonly RouteResults[]): string[];
