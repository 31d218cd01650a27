import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program of the field that no registry serves as a package: where it is, or what it would take to run its tests. */
export type RealProgram = { readonly path: string } | { readonly missing: string };

/** The program that the variable names, else the first of `names` on the PATH. A variable that names nothing is a failure. */
export function realProgram(variable: string, what: string, names: readonly string[]): RealProgram {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return { path: named };
    throw new Error(`${variable} names no program: ${named}`);
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const found = names.map((name) => join(folder, name)).find(isProgram);
    if (found !== undefined) return { path: found };
  }
  const orOnPath = names.length === 0 ? '' : ` or put ${names.join(' or ')} on the PATH`;
  return { missing: `needs ${what}: set ${variable} to its path${orOnPath}` };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
