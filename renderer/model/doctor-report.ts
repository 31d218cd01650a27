import type { CheckResult } from '../../contract/model/doctor.ts';

export interface CheckGroup {
  readonly target: string;
  readonly results: readonly CheckResult[];
}

/** Results by what they were asked of, in the order of their first appearance. */
export function groupByTarget(results: readonly CheckResult[]): CheckGroup[] {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const group = groups.get(result.target);
    if (group) group.push(result);
    else groups.set(result.target, [result]);
  }
  return [...groups].map(([target, members]) => ({ target, results: members }));
}

/** What a target is called: `server:cluster` → `Server cluster`. */
export function targetTitle(target: string): string {
  const [kind = '', ...rest] = target.split(':');
  const name = rest.join(':');
  const kinds: Record<string, string> = { server: 'Server', context: 'Context', client: 'Client', berth: 'Berth' };
  return [kinds[kind] ?? kind, name].filter(Boolean).join(' ');
}

/** A report to hand on. The checks are redacted at their source; nothing is added here but versions and times. */
export function reportJson(
  results: readonly CheckResult[],
  about: { version: string; shell: string; platform: string; at: string },
): string {
  return `${JSON.stringify({ berth: about.version, shell: about.shell, platform: about.platform, at: about.at, checks: results }, null, 2)}\n`;
}
