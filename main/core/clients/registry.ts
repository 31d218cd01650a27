import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { type ClientVia, clientViaSchema } from '../../../contract/model/client.ts';
import { parseCheckedYaml } from '../settings/checked-yaml.ts';
import { pitfallSchema } from './existing/pitfall.ts';
import { templateProblem } from './routes/entry-template.ts';
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
  /** It is one of several that the application uses side by side: edited only where the user pins it. */
  pinnedOnly: z.boolean().default(false),
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

/**
 * The object that is written, with `${name}` of the entry and the placeholders of its way; a value that is one placeholder alone keeps
 * its type. In a list `${args...}` stands for as many items as there are, with what is written around it around each of them; of
 * `${env...}` each is `NAME=value`. Other `${…}`, with more than a name in it, is the client's own.
 */
const shapeSchema = (needed: readonly string[], others: readonly string[]) =>
  z.record(z.string(), z.unknown()).superRefine((shape, context) => {
    const known = [...needed, ...others, 'name'];
    const used = [...JSON.stringify(shape).matchAll(/\$\{(\w+)(?:\.\.\.)?\}/g)].map(([, name = '']) => name);
    const unknown = used.find((name) => !known.includes(name));
    const missing = needed.find((name) => !used.includes(name));
    if (unknown !== undefined) {
      context.addIssue({ code: 'custom', message: `\${${unknown}} stands for nothing; there are ${known.join(', ')}` });
    } else if (missing !== undefined) {
      context.addIssue({ code: 'custom', message: `\${${missing}} must be in it` });
    }
  });

const perPlatform = <T extends z.ZodType>(schema: T) =>
  z.strictObject({ darwin: schema.optional(), win32: schema.optional(), linux: schema.optional() });

/** A text with the placeholders and filters of `routes/entry-template.ts`. */
const templateSchema = (place: 'text' | 'argument') =>
  z
    .string()
    .min(1)
    .superRefine((template, context) => {
      const message = templateProblem(template, place);
      if (message !== null) context.addIssue({ code: 'custom', message });
    });

/** A link that Berth hands to the system: of a web page, or of an application's own scheme. */
const linkSchema = templateSchema('text').refine(
  (link) => /^[a-z][a-z0-9+.-]*:/.test(link) && !/^(http|file|javascript|data|blob|about|vbscript|smb):/.test(link),
  { message: "it begins with https: or an application's own scheme" },
);

/**
 * The vendor's own command line, as argument vectors without a shell. Placeholders: `${name}` of the entry, `${command}`,
 * `${args...}` one argument each, `${env...}` one argument `NAME=value` each (none without variables), `${entry}` the stdio entry as
 * JSON, `${named}` the same with a `name` in front. Nothing secret is ever in them: the entry that goes this way is the one of the bridge.
 */
const cliSchema = z.strictObject({
  /** Program on PATH. */
  program: z.string().min(1),
  add: z.array(templateSchema('argument')).min(1),
  /** Absent: the entry is taken out of the file. */
  remove: z.array(templateSchema('argument')).min(1).optional(),
  /** Where this program is found it is the route to take unless another is chosen. */
  preferred: z.boolean().default(false),
});

/** How a client keeps other writers away while it writes, which Berth then does as well (client-lock.ts). */
const lockSchema = z.strictObject({
  /** `${file}` is the config file as the client names it, before links are followed. */
  path: z.string().min(1),
  /** `mkdir`: an empty folder (npm's proper-lockfile) · `owner-file`: a folder with a file `owner.TOKEN` that is renamed into place (Cline). */
  kind: z.enum(['mkdir', 'owner-file']),
  /** A lock that nobody has touched for so long counts as left behind. In ms. */
  staleMs: z.number().int().positive().default(10_000),
});

/** One AI application: where its config lives, what stands in it, how a change takes effect, and how sure we are. */
const fieldsSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  format: z.enum(configFormats),
  /** Keys that lead to the object, or with `nameField` to the list, that holds the servers. */
  key: z.array(z.string().min(1)).min(1),
  nameField: z.string().min(1).nullable().default(null),
  /** The way that is written unless the user chooses the other. */
  via: clientViaSchema,
  entries: z.strictObject({
    url: shapeSchema(['url'], ['token']).optional(),
    stdio: shapeSchema(['command', 'args'], ['env']).optional(),
  }),
  rejectsByteOrderMark: z.boolean().default(false),
  /** Known mistakes in its entries, which Berth tells of those that it did not write. */
  pitfalls: z.array(pitfallSchema).default([]),
  /** Entries whose `field` has one of the `values` are parts of the client itself, and no servers. */
  builtIn: z.strictObject({ field: z.string().min(1), values: z.array(z.string()).min(1) }).optional(),
  /** It makes its file itself, and accepts none that holds servers only. */
  needsFile: z.boolean().default(false),
  /** In order of preference. */
  paths: perPlatform(z.array(placeSchema).min(1)),
  detect: perPlatform(detectSchema),
  reload: z.string().min(1),
  /** It writes its whole file from memory while it runs, so a change has to wait until it has quit. */
  rewrites: z.boolean().default(false),
  /** Names of its processes, by which Berth sees that it runs. */
  processes: perPlatform(z.array(z.string().min(1)).min(1)).default({}),
  lock: lockSchema.optional(),
  cli: cliSchema.optional(),
  /**
   * Link that makes the running application offer the entry: `${name}`, `${entry}`, `${named}` as in `cli`, each with filters after
   * a bar, such as `${entry|base64|uri}`. Where there are links that cannot carry our entry: why, in a sentence.
   */
  deeplink: z.union([linkSchema, z.strictObject({ why: z.string().min(1) })]).optional(),
  /** It installs `.mcpb` bundles. */
  mcpb: z.boolean().default(false),
  /** Clients whose servers it shows as well, so that one entry in each means two. */
  alsoReads: z.array(z.strictObject({ client: z.string(), when: z.string().min(1) })).default([]),
  /** What about this row nobody could verify, in sentences that the window shows. */
  doubts: z.array(z.string().min(1)).default([]),
  /** Day of the last check against the vendor's source or docs; null = unverified. */
  verifiedAt: z.iso.date().nullable(),
  evidence: z.array(z.url()).default([]),
});
export type ClientRow = z.output<typeof fieldsSchema>;

export const clientRowSchema = fieldsSchema
  .refine((row) => waysOf(row).includes(row.via), { message: 'there is no entry shape for what `via` says' })
  .refine((row) => viasOfPlaces(row).every((via) => waysOf(row).includes(via)), {
    message: 'there is no entry shape for what `via` of a place says',
    path: ['paths'],
  })
  .refine(
    ({ nameField, entries: { url, stdio } }) =>
      nameField === null || [url, stdio].every((shape) => shape === undefined || !Object.hasOwn(shape, nameField)),
    { message: 'an entry shape has the `nameField`, which Berth fills in by itself' },
  );

/** The ways that a row has an entry shape for, its own first. */
export function waysOf(row: Pick<ClientRow, 'entries' | 'via'>): ClientVia[] {
  const known: ClientVia[] = [
    ...(row.entries.url ? ['url' as const] : []),
    ...(row.entries.stdio ? ['bridge' as const] : []),
  ];
  return known.toSorted((one, other) => Number(other === row.via) - Number(one === row.via));
}

/** The row as it is at a place that knows one way only; null: at any other. */
export function rowAt(row: ClientRow, via: ClientVia | null): ClientRow {
  if (via === null) return row;
  const { url, stdio } = row.entries;
  return { ...row, via, entries: via === 'url' ? { url } : { stdio } };
}

function viasOfPlaces(row: Pick<ClientRow, 'paths'>): ClientVia[] {
  return Object.values(row.paths).flatMap((places) => (places ?? []).flatMap(({ via }) => (via ? [via] : [])));
}

/** Where in its file a client's servers stand. */
export function placeIn(row: Pick<ClientRow, 'key' | 'nameField'>): ConfigPlace {
  return { keys: row.key, nameField: row.nameField };
}

/** The rows of Berth and of the user, by title, and what is wrong with the user's files that were left out. */
export interface LoadedRegistry {
  readonly rows: readonly ClientRow[];
  readonly problems: readonly ErrorInfo[];
}

/**
 * Reads the rows that come with Berth and the user's, which replace those with the same id. A bad file of the user's is left out and told
 * with line and column, as is a second one with the same id; a missing folder is an empty one. Rejects only for what Berth ships.
 */
export async function loadRegistry(bundledFolder: string, userFolder: string): Promise<LoadedRegistry> {
  const rows = new Map((await loadClientRegistry(bundledFolder)).map((row) => [row.id, row]));
  const own = new Map<string, string>();
  const problems: ErrorInfo[] = [];
  const files = await yamlFilesIn(userFolder).catch((error: NodeJS.ErrnoException) => {
    problems.push(unreadableFolder(userFolder, error).toInfo());
    return [];
  });
  for (const file of files) {
    try {
      const row = parseClientRow(await readFile(file, 'utf8'), file);
      const other = own.get(row.id);
      if (other !== undefined) throw rowTwice(file, row.id, other);
      own.set(row.id, file);
      rows.set(row.id, row);
    } catch (error) {
      problems.push(toErrorInfo(error));
    }
  }
  return { rows: sorted(rows.values()), problems };
}

/** The rows of one folder. Rejects with `invalid-config` and the file's name, line and column when one is wrong. */
export async function loadClientRegistry(folder: string): Promise<ClientRow[]> {
  const files = await yamlFilesIn(folder);
  return sorted(await Promise.all(files.map(async (file) => parseClientRow(await readFile(file, 'utf8'), file))));
}

/** One row from its YAML text; throws `invalid-config`. */
export function parseClientRow(text: string, file: string): ClientRow {
  return parseCheckedYaml(text, clientRowSchema, { file }).value;
}

function rowTwice(file: string, id: string, other: string): BerthError {
  return new BerthError('invalid-config', `${file}: the client "${id}" is already in ${other}.`, {
    hint: 'Remove one of the two files or give it another id.',
    details: { file },
  });
}

function unreadableFolder(folder: string, error: NodeJS.ErrnoException): BerthError {
  const why = error.code ?? 'unknown reason';
  return new BerthError('invalid-config', `The client descriptions in ${folder} cannot be read: ${why}.`, {
    hint: 'Check that it is a folder that you may read.',
    details: { file: folder },
  });
}

function sorted(rows: Iterable<ClientRow>): ClientRow[] {
  return [...rows].sort((a, b) => a.title.localeCompare(b.title));
}

async function yamlFilesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
