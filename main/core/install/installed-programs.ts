import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { installRouteSchema } from '../../../contract/model/install.ts';

/** Lies beside the files of an installation. It is written before the folder gets its name, so a folder that has it is complete. */
export const RECORD_FILE = 'installation.json';

const recordSchema = z.object({
  preset: z.string(),
  route: installRouteSchema,
  /** The version that was asked for; where none can be asked for, what the program says. */
  version: z.string().nullable(),
  /** Path of the program and of its package of npm, relative to the record's folder. */
  program: z.string(),
  package: z.string().nullable(),
  /** What it came from: a URL, or a command line. */
  from: z.string(),
  installedAt: z.string(),
});
export type InstallationRecord = z.infer<typeof recordSchema>;

/** A program that Berth installed into its own folder. */
export interface InstalledProgram {
  readonly folder: string;
  readonly path: string;
  readonly packageFolder: string | null;
  readonly record: InstallationRecord;
}

/** Folder of everything that Berth installed for a preset; one folder per version in it. */
export function presetFolder(programsFolder: string, preset: string): string {
  return join(programsFolder, preset);
}

/**
 * What Berth installed for a preset, the last installation first: that one counts, and others are there only as long as a server runs
 * from them. What has no record that can be read is none of it.
 */
export async function installedPrograms(programsFolder: string, preset: string): Promise<InstalledProgram[]> {
  const root = presetFolder(programsFolder, preset);
  const found: InstalledProgram[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name);
    const record = await readRecord(join(folder, RECORD_FILE));
    if (record?.preset !== preset) continue;
    found.push({
      folder,
      path: join(folder, record.program),
      packageFolder: record.package === null ? null : join(folder, record.package),
      record,
    });
  }
  return found.sort((a, b) => b.record.installedAt.localeCompare(a.record.installedAt));
}

async function readRecord(file: string): Promise<InstallationRecord | null> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
