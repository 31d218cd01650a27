import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { BerthError } from '../../../contract/errors.ts';
import { clientViaSchema } from '../../../contract/model/client.ts';
import type { ConfigPlace } from './text/config-text.ts';
import { configFormats } from './text/config-texts.ts';

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

const fullPlaceSchema = z.strictObject({
  path: pathSchema,
  /** It is certain as soon as its variables are set, whether it exists or not. */
  override: z.boolean().default(false),
  /** What tells this place from the others, for people: "Flatpak", "profile", "before 2.0". */
  label: z.string().optional(),
  /** The only way that works there: a sandboxed application cannot start the bridge. */
  via: clientViaSchema.optional(),
  /** Nobody has tried this place. */
  unverified: z.boolean().default(false),
});

/** A place of the config file. */
const placeSchema = z.union([pathSchema.transform((path) => fullPlaceSchema.parse({ path })), fullPlaceSchema]);

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

/**
 * The vendor's own command line, as argument vectors without a shell. Placeholders: `${name}` of the entry, `${command}`, `${args}`
 * (alone: spread), `${entry}` the stdio entry as JSON, `${named}` the same with a `name` in front. Nothing secret is ever in them: the
 * entry that goes this way is the one of the bridge.
 */
const cliSchema = z.strictObject({
  /** Program on PATH. */
  program: z.string().min(1),
  add: z.array(z.string()).min(1),
  /** Absent: the entry is taken out of the file. */
  remove: z.array(z.string()).min(1).optional(),
  /** Lists the servers as the client sees them; what an answer with a working server contains. */
  list: z.array(z.string()).min(1).optional(),
  /** Why the file is not edited where this program is found; absent: it is the route to choose by hand. */
  preferred: z.boolean().default(false),
});

/** A file or folder with which the client itself keeps others from writing. */
const lockSchema = z.strictObject({
  path: z.string().min(1),
  /** `wait`: as long as it is there, somebody writes · `folder`: a folder with an owner file that we make, too. */
  kind: z.enum(['wait', 'folder']),
});

/** One AI application: where its config lives, what stands in it, how a change takes effect, and how sure we are. */
export const clientRowSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    title: z.string().min(1),
    format: z.enum(configFormats),
    /** Keys that lead to the object, or with `nameField` to the list, that holds the servers. */
    key: z.array(z.string().min(1)).min(1),
    nameField: z.string().min(1).nullable().default(null),
    /** The way that is written unless the user chooses the other. */
    via: clientViaSchema,
    entries: z.strictObject({ url: shapeSchema.optional(), stdio: shapeSchema.optional() }),
    rejectsByteOrderMark: z.boolean().default(false),
    /** In order of preference. */
    paths: perPlatform(z.array(placeSchema).min(1)),
    detect: perPlatform(detectSchema),
    reload: z.string().min(1),
    /** It writes its whole file from memory while it runs, so a change has to wait until it has quit. */
    rewrites: z.boolean().default(false),
    /** Names of its processes, by which Berth sees that it runs. */
    processes: perPlatform(z.array(z.string().min(1)).min(1)).default({}),
    /** Path templates relative to nothing: absolute, with `${file}` for the config file. */
    lock: lockSchema.optional(),
    cli: cliSchema.optional(),
    /**
     * Link that makes the running application offer the entry: `${name}`, `${entry}`, `${named}` as in `cli`, each with filters after
     * a bar, such as `${entry|base64|uri}`.
     */
    deeplink: z.string().min(1).optional(),
    /** It installs `.mcpb` bundles. */
    mcpb: z.boolean().default(false),
    /** Clients whose servers it shows as well, so that one entry in each means two. */
    alsoReads: z.array(z.strictObject({ client: z.string(), when: z.string().min(1) })).default([]),
    /** What about this row nobody could verify, in sentences that the window shows. */
    doubts: z.array(z.string().min(1)).default([]),
    /** Day of the last check against the vendor's source or docs; null = unverified. */
    verifiedAt: z.iso.date().nullable(),
    evidence: z.array(z.url()).default([]),
  })
  .refine((row) => (row.via === 'url' ? row.entries.url : row.entries.stdio) !== undefined, {
    message: 'there is no entry shape for what `via` says',
  })
  .refine(
    ({ nameField, entries: { url, stdio } }) =>
      nameField === null || [url, stdio].every((shape) => shape === undefined || !Object.hasOwn(shape, nameField)),
    { message: 'an entry shape has the `nameField`, which Berth fills in by itself' },
  );
export type ClientRow = z.output<typeof clientRowSchema>;

/** Where in its file a client's servers stand. */
export function placeIn(row: Pick<ClientRow, 'key' | 'nameField'>): ConfigPlace {
  return { keys: row.key, nameField: row.nameField };
}

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
