import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';

const platforms = ['darwin', 'win32', 'linux'] as const;
export type ClientPlatform = (typeof platforms)[number];

/** The platform whose paths a client's row gives for this machine; other Unixes follow Linux. */
export function clientPlatform(platform: NodeJS.Platform): ClientPlatform {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux';
}

/**
 * A path: `~` is the home folder, `${NAME}` and `${NAME:-default}` are environment variables, `*` matches within one folder name.
 * `/` separates folders on every platform. A path whose variable is neither set nor has a default does not apply.
 */
const pathSchema = z.string().min(1);

/** A place of the config file; `override: true` when it is certain as soon as its variables are set, whether it exists or not. */
const placeSchema = z.union([
  pathSchema.transform((path) => ({ path, override: false })),
  z.strictObject({ path: pathSchema, override: z.boolean().default(false) }),
]);

const detectSchema = z.strictObject({
  /** App bundles, programs, launcher files, package folders: proof that the application is installed. */
  apps: z.array(pathSchema).default([]),
  /** Programs on PATH: proof as well. */
  commands: z.array(z.string()).default([]),
  /** Folders that it leaves behind when it is removed: a sign, not a proof. */
  folders: z.array(pathSchema).default([]),
});

/** The object that is written, with `${url}`, `${token}`, `${command}`, `${args}`, `${env}`; a value that is one placeholder alone keeps its type. */
const shapeSchema = z.record(z.string(), z.unknown());

const perPlatform = <T extends z.ZodType>(schema: T) =>
  z.strictObject({ darwin: schema.optional(), win32: schema.optional(), linux: schema.optional() });

/** One AI application: where its config lives, what stands in it, how a change takes effect, and how sure we are. */
export const clientRowSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    title: z.string().min(1),
    /** Dialect of the file: `json` strict · `json-comments` with comments · `jsonc` with comments and trailing commas. */
    format: z.enum(['json', 'json-comments', 'jsonc']),
    /** Keys that lead to the object that holds the servers by name. */
    key: z.array(z.string().min(1)).min(1),
    via: z.enum(['url', 'bridge']),
    entries: z.strictObject({ url: shapeSchema.optional(), stdio: shapeSchema.optional() }),
    rejectsByteOrderMark: z.boolean().default(false),
    /** In order of preference. */
    paths: perPlatform(z.array(placeSchema).min(1)),
    detect: perPlatform(detectSchema),
    reload: z.string().min(1),
    /** Day of the last check against the vendor's source or docs; null = unverified. */
    verifiedAt: z.iso.date().nullable(),
    evidence: z.array(z.url()).default([]),
  })
  .refine((row) => (row.via === 'url' ? row.entries.url : row.entries.stdio) !== undefined, {
    message: 'there is no entry shape for what `via` says',
  });
export type ClientRow = z.output<typeof clientRowSchema>;

/**
 * Reads every `*.yaml` of the folders; a row of a later folder replaces one with the same id. Rejects with `invalid-config` and the
 * file's name, line and column, or the field, when a row is wrong. Folders that do not exist hold nothing.
 */
export async function loadClientRegistry(...folders: readonly string[]): Promise<ClientRow[]> {
  const rows = new Map<string, ClientRow>();
  for (const folder of folders) {
    for (const name of (await namesIn(folder)).filter((name) => name.endsWith('.yaml')).sort()) {
      const file = join(folder, name);
      const row = parseClientRow(await readFile(file, 'utf8'), file);
      rows.set(row.id, row);
    }
  }
  return [...rows.values()].sort((a, b) => a.title.localeCompare(b.title));
}

/** One row from its YAML text; throws `invalid-config`. */
export function parseClientRow(text: string, file: string): ClientRow {
  const document = parseDocument(text, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem) {
    const at = problem.linePos?.[0];
    throw invalidRow(
      file,
      `${at ? `line ${at.line}, column ${at.col}: ` : ''}${problem.message.split(/ at line \d|\n/)[0]}`,
    );
  }
  const row = clientRowSchema.safeParse(document.toJS());
  if (row.success) return row.data;
  const [issue] = row.error.issues;
  throw invalidRow(file, issue ? `${issue.path.join('.') || 'the row'}: ${issue.message}` : 'it does not validate');
}

function invalidRow(file: string, what: string): BerthError {
  return new BerthError('invalid-config', `The client description ${file} is wrong: ${what}.`, {
    hint: 'Correct the file, or remove it to use the description that comes with Berth.',
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
