import { readdir, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { ClientVia } from '../../../contract/model/client.ts';
import { findExecutable } from '../shell-env/find-executable.ts';
import { type ClientPlatform, type ClientRow, clientPlatform } from './registry.ts';

/** The machine as the registry's paths see it; nothing is read from the process. */
export interface ClientMachine {
  readonly platform: NodeJS.Platform;
  /** Environment of the user's login shell: GUI applications and shells may differ, overrides count from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** A config file of a client, whether it exists or not. */
export interface ClientPlace {
  readonly file: string;
  /** What tells it from the client's other places, for people; null for the usual one. */
  readonly label: string | null;
  /** The only way that works there; null: every way that the client knows. */
  readonly via: ClientVia | null;
  /** Nobody has tried this place. */
  readonly unverified: boolean;
}

/** Where a client's file is, and where else it could be. */
export interface ClientLocation extends ClientPlace {
  /** The user said so. */
  readonly pinned: boolean;
  /** Other existing config files of the same client; which of all the application reads, only its user knows. */
  readonly others: readonly ClientPlace[];
}

/** Whether the application is there: `found` by proof, `traces` by a folder it leaves behind, `absent`. */
export type Presence = 'found' | 'traces' | 'absent';

/** `~`, `${NAME}`, `${NAME:-default}` filled in; null when a variable is neither set nor has a default. */
export function expandPath(template: string, machine: ClientMachine): string | null {
  let missing = false;
  const filled = template.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_all, name: string, fallback) => {
    const value = machine.env[name] || (fallback as string | undefined);
    if (value === undefined) missing = true;
    return value ?? '';
  });
  if (missing) return null;
  const path = pathsOf(machine);
  const withHome = filled === '~' || filled.startsWith('~/') ? path.join(machine.home, filled.slice(1)) : filled;
  return path.isAbsolute(withHome) ? path.normalize(withHome) : null;
}

/** The paths that exist among those a template with `*` means, sorted; of one without, the path itself whether it exists or not. */
export async function expandGlob(path: string, machine: ClientMachine): Promise<string[]> {
  const { sep, join, parse } = pathsOf(machine);
  const { root } = parse(path);
  const steps = path.slice(root.length).split(sep);
  let found = [root];
  for (const step of steps) {
    if (!step.includes('*')) {
      found = found.map((folder) => join(folder, step));
      continue;
    }
    const pattern = new RegExp(`^${step.split('*').map(escapeForRegExp).join('.*')}$`, 'i');
    const next: string[] = [];
    for (const folder of found) {
      const names = await readdir(folder).catch(() => []);
      next.push(
        ...names
          .filter((name) => pattern.test(name))
          .sort()
          .map((name) => join(folder, name)),
      );
    }
    found = next;
  }
  return found;
}

/**
 * The file to edit: the one that the user pinned, an override of the environment, else the first candidate that exists, else the first
 * whose folder exists, else the first. Null when the row knows no place on this platform.
 */
export async function locateClient(
  row: ClientRow,
  machine: ClientMachine,
  pin?: string | undefined,
): Promise<ClientLocation | null> {
  const candidates = await candidatesOf(row, machine);
  const existing = await filterAsync(candidates, ({ file }) => exists(file));
  const pinnedFile = pin === undefined ? null : expandPath(pin, machine);
  const chosen =
    pinnedFile === null
      ? await choose(candidates, existing, machine)
      : (candidates.find(({ file }) => file === pinnedFile) ?? { ...elsewhere, file: pinnedFile });
  if (chosen === undefined) return null;
  const { file, label, via, unverified } = chosen;
  const others = existing.filter((other) => other.file !== file).map(placeOf);
  return { file, label, via, unverified, pinned: pinnedFile !== null, others };
}

/** What is known of a place that no row names. */
const elsewhere = { label: null, via: null, unverified: false };

type Candidate = ClientPlace & { readonly override: boolean; readonly pinnedOnly: boolean };

/** Every place of the row on this platform, patterns as the files that fit; an override leaves only itself. */
async function candidatesOf(row: ClientRow, machine: ClientMachine): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const place of row.paths[clientPlatform(machine.platform)] ?? []) {
    const path = expandPath(place.path, machine);
    if (path === null) continue;
    const { override, pinnedOnly, unverified, label = null, via = null } = place;
    const of = { override, pinnedOnly, unverified, label, via };
    const found = (await expandGlob(path, machine)).map((file) => ({ ...of, file }));
    if (override) return found;
    candidates.push(...found);
  }
  return candidates;
}

async function choose(candidates: readonly Candidate[], existing: readonly Candidate[], machine: ClientMachine) {
  const free = candidates.filter(({ pinnedOnly }) => !pinnedOnly);
  const { dirname } = pathsOf(machine);
  return (
    existing.find(({ pinnedOnly }) => !pinnedOnly) ??
    (await filterAsync(free, ({ file }) => exists(dirname(file))))[0] ??
    free[0]
  );
}

function placeOf({ file, label, via, unverified }: Candidate): ClientPlace {
  return { file, label, via, unverified };
}

/** Looks for the application itself. */
export async function detectClient(row: ClientRow, machine: ClientMachine): Promise<Presence> {
  const platform: ClientPlatform = clientPlatform(machine.platform);
  const signs = row.detect[platform];
  if (signs === undefined) return 'absent';
  if (await anyExists(signs.apps, machine)) return 'found';
  for (const command of signs.commands) {
    if ((await findExecutable(command, machine.env, machine.platform)) !== null) return 'found';
  }
  return (await anyExists(signs.folders, machine)) ? 'traces' : 'absent';
}

async function anyExists(templates: readonly string[], machine: ClientMachine): Promise<boolean> {
  for (const template of templates) {
    const path = expandPath(template, machine);
    if (path === null) continue;
    for (const candidate of await expandGlob(path, machine)) if (await exists(candidate)) return true;
  }
  return false;
}

function pathsOf(machine: ClientMachine) {
  return machine.platform === 'win32' ? win32 : posix;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (const item of items) if (await keep(item)) kept.push(item);
  return kept;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
