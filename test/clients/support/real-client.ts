import type { ClientRow } from '../../../main/core/clients/registry.ts';
import type { ChildResult } from '../../e2e/support/child.ts';

/** What a client says about one of its servers, with its own words for it. `listed`: it knows the entry and says no more. */
export interface Answer {
  readonly state: 'connected' | 'not-connected' | 'listed' | 'absent';
  readonly words: string;
}

/** The client's program in its home folder, as its user would run it. */
export interface Terminal {
  readonly home: string;
  run(args: readonly string[], options?: { env?: Record<string, string> }): Promise<ChildResult>;
  /** Sends the lines one after the other, each when the former one with an `id` has been answered; answers the last answer. */
  converse(args: readonly string[], messages: readonly RpcMessage[]): Promise<Record<string, unknown>>;
}

/** A JSON-RPC message; one without an id is not answered. */
export interface RpcMessage {
  readonly id?: number;
  readonly method: string;
  readonly params?: unknown;
}

/** An AI client that a script can ask. */
export interface RealClient {
  /** Of its row in the registry. */
  readonly id: string;
  /** What its package installs on PATH. */
  readonly program: string;
  /** The variables by which its vendor lets one switch off updates and telemetry, and what else it needs to work without an account. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it contacts a server when it is asked; others only read their file. */
  readonly contacts: boolean;
  /** Its name in `initialize` when it is asked so; null for one that does not contact servers. */
  readonly callsItself: string | null;
  /** What it says about the server of that name. */
  ask(terminal: Terminal, name: string): Promise<Answer>;
  /** Whether it names the server from its file at all, without regard to whether it can be reached. */
  knows(terminal: Terminal, name: string): Promise<boolean>;
  /** Adds a stdio server with its own command line, where the row has no such command. */
  readonly addByCommand?: (name: string, command: readonly string[]) => readonly string[];
  /** The arguments by which its own command line adds a server by URL; absent where it has none that takes a header. */
  readonly addByUrl?: (name: string, url: string, authorization: string) => readonly string[];
  /** Adds a stdio server of somebody else's, which makes the client write its file. */
  readonly addOther: readonly string[];
  /** Where Berth's row is stricter than this version, and why it stays so. */
  readonly stricter?: Partial<Record<DialectFeature, string>>;
}

export type DialectFeature = 'a comment' | 'a trailing comma' | 'a byte order mark';

/** What the row says that its client's parser takes. */
export function accepts(row: ClientRow, feature: DialectFeature): boolean {
  if (feature === 'a byte order mark') return !row.rejectsByteOrderMark;
  if (feature === 'a comment') return row.format !== 'json';
  return row.format === 'jsonc';
}
