import type { ExistingClient, ExistingFinding } from '../../../contract/model/existing.ts';
import type { Check } from './check.ts';

const outcomes = { fail: 'fail', warn: 'warn', info: 'pass' } as const;

/** What stands in a client's file beside Berth's entries: a rung for each finding, one that passes when there is none. */
export function existingChecks({ file, findings, servers }: ExistingClient): Check[] {
  const all = [
    ...findings.map((finding) => ({ of: 'file', title: 'Config file', finding })),
    ...servers.flatMap(({ name, findings }) =>
      findings.map((finding) => ({ of: name, title: `Server "${name}"`, finding })),
    ),
  ];
  const names = servers.map(({ name }) => name).join(', ');
  if (all.length === 0 && servers.length > 0) {
    const evidence = `nothing is wrong with ${names}`;
    return [{ id: 'existing', title: 'Other servers', run: () => ({ outcome: 'pass', evidence }) }];
  }
  return all.map(({ of, title, finding }) => ({
    id: `existing-${finding.id}-${of}`,
    title,
    aside: true,
    run: () => ({
      outcome: outcomes[finding.severity],
      evidence: finding.evidence + placeOf(file, finding),
      remedy: finding.remedy,
    }),
  }));
}

function placeOf(file: string, { line }: ExistingFinding): string {
  return line === null ? '' : ` (${file}, line ${line})`;
}
