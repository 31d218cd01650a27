export interface ScenarioResult {
  readonly scenario: string;
  readonly scored: boolean;
  readonly ok: number;
  readonly failed: number;
  readonly warned: number;
  readonly problems: readonly { readonly id: string; readonly why: string }[];
}

export function scenarioOfFolder(folder: string): string | null;
export function resultOf(
  scenario: string,
  scored: boolean,
  checks: readonly { id: string; status: string; errorMessage?: string }[],
): ScenarioResult;
export function totalOf(results: readonly ScenarioResult[]): { ok: number; failed: number; warned: number };
