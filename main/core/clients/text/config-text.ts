/** Where a client's servers stand in its file. */
export interface ConfigPlace {
  /** Keys that lead from the root to the object or list that holds the servers. */
  readonly keys: readonly string[];
  /**
   * For a list of objects: the field of each that holds its name; the entry's value is the object without it. Null: an object, whose keys
   * are the names.
   */
  readonly nameField: string | null;
}

/**
 * What was there before our first entry, as far as the text afterwards does not show it; with it, taking out the last entry gives
 * the former bytes back. `depth`: how many of the containers along the keys existed (0 = not even the root). `before`: the text that
 * an editor puts back in place of the emptied container, null when it needs none.
 */
export interface InsertionTrace {
  readonly depth: number;
  readonly before: string | null;
}

export interface Edited {
  readonly text: string;
  /** Null when the place held other entries, or this one, already. */
  readonly trace: InsertionTrace | null;
}

/** A string value and where it stands, its quotes included. */
export interface StringSpan {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/**
 * Edits one format of config file as text: bytes that are not our entry stay. Every method parses strictly, as the client would, and
 * throws `TextProblem` for what it does not understand; none repairs anything.
 */
export interface ConfigText {
  /** All entries by name; of two with one name the last, where the format allows two at all. */
  entries(text: string, place: ConfigPlace): Map<string, unknown>;
  /** Sets one named entry; containers on the way are made when missing. Throws where the text cannot be edited safely. */
  set(text: string, place: ConfigPlace, name: string, value: Readonly<Record<string, unknown>>): Edited;
  /** Takes one entry out; with the trace of the first insertion, containers that were made for it go too. */
  remove(text: string, place: ConfigPlace, name: string, trace: InsertionTrace | null): string;
  /** Whether two texts say the same, in the same order, but for the entries `names`; missing containers count as empty. */
  sameOutside(before: string, after: string, place: ConfigPlace, names: ReadonlySet<string>): boolean;
  /** String values one level below fields of entries whose name matches, such as headers and variables. Empty for a text that does not parse. */
  stringsUnder(text: string, place: ConfigPlace, fields: RegExp): StringSpan[];
}

/** Why a text cannot be edited, with its place; line and column count from 1. */
export class TextProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(text: string, offset: number, what: string) {
    super(what);
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    this.line = before.length;
    this.column = (before.at(-1) ?? '').length + 1;
  }
}
