import { dirname } from 'node:path';
import type { ExistingFinding } from '../../../../contract/model/existing.ts';
import type { PresetDefinition } from '../../presets/preset-schema.ts';
import type { ClientFileState } from '../change-plan.ts';
import type { ClientMachine } from '../locate.ts';
import type { ClientRow } from '../registry.ts';
import { configTexts } from '../text/config-texts.ts';
import { commandFindings } from './command-findings.ts';
import { entryFindings } from './entry-findings.ts';
import { fileFindings, lineOfKey } from './file-findings.ts';
import { type ForeignEntry, foreignEntry } from './foreign-entry.ts';
import { type Recognised, recognise } from './recognise.ts';

/** A foreign entry with what was made of it. Holds the real values: it never leaves the core. */
export interface ScannedEntry {
  readonly entry: ForeignEntry;
  readonly recognised: Recognised | null;
  /** It leads to Berth, though Berth did not write it. */
  readonly leadsHere: boolean;
  readonly line: number | null;
  readonly findings: ExistingFinding[];
}

export interface ScannedFile {
  readonly row: ClientRow;
  readonly file: string;
  readonly state: ClientFileState;
  readonly findings: ExistingFinding[];
  readonly entries: readonly ScannedEntry[];
}

export interface ScanWorld {
  readonly machine: ClientMachine;
  readonly presets: readonly PresetDefinition[];
  readonly registry: readonly ClientRow[];
  /** Base URL of Berth's endpoints, and the folder with its bridge. */
  readonly endpoint: string;
  readonly bridge: string;
}

/** Looks at every entry of a file that Berth does not own, and at the file itself. Asks the file system, starts nothing. */
export async function scanFile(
  { row, file, state }: Pick<ScannedFile, 'row' | 'file' | 'state'>,
  world: ScanWorld,
): Promise<ScannedFile> {
  const ours = new Set(state.found.map(({ name }) => name));
  const foreign = [...state.entries].filter(([name, raw]) => !ours.has(name) && !isBuiltIn(row, raw));
  const entries = await Promise.all(foreign.map(([name, raw]) => scanEntry(name, raw, row, state, world)));
  const findings = fileFindings({
    title: row.title,
    text: state.snapshot.text,
    format: configTexts[row.format],
    key: row.key,
    otherKeys: world.registry.map(({ key }) => key),
    rejectsByteOrderMark: row.rejectsByteOrderMark,
    byteOrderMark: state.snapshot.byteOrderMark,
  });
  return { row, file, state, findings, entries };
}

async function scanEntry(
  name: string,
  raw: unknown,
  row: ClientRow,
  { snapshot }: ClientFileState,
  { machine, presets, endpoint, bridge }: ScanWorld,
): Promise<ScannedEntry> {
  const entry = foreignEntry(name, raw, row.pitfalls);
  const recognised = recognise(entry, presets);
  const line = lineOfKey(snapshot.text, name);
  const leadsHere = dirname(entry.command ?? '') === bridge || (entry.url?.startsWith(`${endpoint}/`) ?? false);
  if (leadsHere) return { entry, recognised: null, leadsHere, line, findings: [] };
  const found = [
    ...(await commandFindings(entry, { title: row.title, graphical: isGraphical(row) }, machine)),
    ...entryFindings(entry, recognised, { mode: snapshot.mode, platform: machine.platform, pitfalls: row.pitfalls }),
  ];
  return {
    entry,
    recognised,
    leadsHere,
    line,
    findings: found.map((one) => ({ ...one, evidence: `"${name}" ${one.evidence}`, line })),
  };
}

/** It has an application beside, or without, a command of its own. */
function isGraphical({ detect }: ClientRow): boolean {
  return Object.values(detect).some((signs) => (signs?.apps.length ?? 0) > 0);
}

function isBuiltIn({ builtIn }: ClientRow, raw: unknown): boolean {
  if (builtIn === undefined || typeof raw !== 'object' || raw === null) return false;
  return builtIn.values.includes(String(Reflect.get(raw, builtIn.field)));
}
