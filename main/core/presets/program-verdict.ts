import type { ProgramSource, ProgramVerdict } from '../../../contract/model/preset.ts';
import type { ProgramDefinition } from './preset-schema.ts';
import { compareVersions, inRange } from './versions.ts';

/** What is known of one program before it is judged. */
export interface ProgramFacts {
  readonly path: string;
  readonly version: string | null;
  readonly executable: boolean;
  readonly source: ProgramSource;
}

/** A program with its verdict; `reason` says in words why it cannot be used. */
export interface JudgedProgram extends ProgramFacts {
  readonly verdict: ProgramVerdict;
  readonly reason: string | null;
}

/** Whether this program can be used for the preset, and why not. */
export function judgeProgram<T extends ProgramFacts>(program: ProgramDefinition, facts: T): T & JudgedProgram {
  if (!facts.executable) {
    return { ...facts, verdict: 'not-executable', reason: `${facts.path} is there, but you may not execute it` };
  }
  if (facts.version === null || !/\d+\.\d+/.test(facts.version)) {
    return { ...facts, verdict: 'unknown-version', reason: null };
  }
  const { minimum } = program;
  if (minimum !== undefined && !inRange(facts.version, { from: minimum })) {
    const reason = `Version ${facts.version} is too old, ${minimum} or later is needed`;
    return { ...facts, verdict: 'too-old', reason };
  }
  return { ...facts, verdict: 'usable', reason: null };
}

const sources: readonly ProgramSource[] = ['option', 'berth', 'path', 'npm', 'go'];
/** Where programs come from that Berth itself brought. */
const ofBerth = (source: ProgramSource) => (source === 'bundled' ? 'berth' : source);

/**
 * All programs of one preset, the one that is used first (D40): one that can be used before one that cannot; among those, what
 * Berth installed or brought, the newer of the two, then PATH, then npm's global packages, then Go's folder.
 */
export function inOrderOfUse<T extends JudgedProgram>(programs: readonly T[]): T[] {
  const rank = ({ verdict }: T) => (verdict === 'not-executable' ? 2 : verdict === 'too-old' ? 1 : 0);
  const place = ({ source }: T) => sources.indexOf(ofBerth(source));
  const newer = (a: T, b: T) => compareVersions(b.version ?? '', a.version ?? '');
  return [...programs].sort(
    (a, b) => rank(a) - rank(b) || place(a) - place(b) || (ofBerth(a.source) === 'berth' ? newer(a, b) : 0),
  );
}

/** Whether servers are started with such a program. One of an unknown version counts as the newest. */
export function isUsable(verdict: ProgramVerdict): boolean {
  return verdict === 'usable' || verdict === 'unknown-version';
}
