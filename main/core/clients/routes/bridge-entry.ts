import { buildEntry, containsEntry, entryName } from '../entry.ts';
import type { ClientRow } from '../registry.ts';
import type { TemplateValues } from './entry-template.ts';

/** How AI clients start the stdio bridge: the shim with one stable path per install; Berth appends what it connects. */
export interface BridgeCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The entry of one server that leads over the bridge: the only kind that leaves Berth by a command line or a link. */
export interface BridgeEntry extends TemplateValues {
  readonly slug: string;
  /** The fields by which it is known again. Clients add others, such as a type, and leave out what is their default. */
  readonly marks: Readonly<Record<string, unknown>>;
}

/** The entry for a server; `name` where the user has given it another one (D3). */
export function bridgeEntry(
  row: ClientRow,
  bridge: BridgeCommand,
  slug: string,
  name: string = entryName(slug),
): BridgeEntry {
  const { command, env } = bridge;
  const args = [...bridge.args, 'connect', slug, '--client', row.id];
  const values = { name, command, args, ...(env && Object.keys(env).length > 0 ? { env } : {}) };
  return { slug, ...values, entry: buildEntry(row, 'bridge', values), marks: marksOf(row, values) };
}

/** Whether an entry in a client's file is this one. */
export function isThisEntry(existing: unknown, { marks }: Pick<BridgeEntry, 'marks'>): boolean {
  return containsEntry(existing, marks);
}

/** What of a row's shape says which program is started with what; the constants around it are the client's business. */
function marksOf(row: ClientRow, values: Parameters<typeof buildEntry>[2]): Record<string, unknown> {
  const telling = Object.entries(row.entries.stdio ?? {}).filter(([, value]) =>
    /\$\{(command|args|env)(\.\.\.)?\}/.test(JSON.stringify(value)),
  );
  return buildEntry({ ...row, entries: { stdio: Object.fromEntries(telling) } }, 'bridge', values);
}
