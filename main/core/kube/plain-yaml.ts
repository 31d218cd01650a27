/** A word that some YAML takes for a boolean or for nothing; kubectl's takes all of them. */
const specialWord = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

/**
 * Text without quotes that no YAML takes for anything else: it begins with a letter, `/`, `-x` or `--x`, and has no `: ` and no ` #`.
 * `inner` are the characters that it may have, besides colons and single spaces between them.
 */
const plainText = (inner: string) =>
  `(?:-{0,2}[A-Za-z]|/)${inner}*(?:(?::(?=${inner}|:)| (?=(?!#)${inner}))${inner}*)*`;
const blockText = plainText('[!-9;-~]');
/** Inside brackets the characters of brackets and commas end a text. */
const flowText = plainText('[!-+\\--9;-Z\\\\^-z|~]');
/** Quoted text without any escape. */
const quotedText = `"[ !#-\\[\\]-~]*"|'[ -&(-~]*'`;
/** Without `#`, so that there is one way only to tell what is before a comment, however long the line. */
const bracketed = '[ -"$-~]';
const wholeNumber = '0|[1-9][0-9]{0,14}';
const key = '[A-Za-z][A-Za-z0-9_./-]{0,200}';

/** Deeper than any kubeconfig, and far from the end of the stack. */
const deepestIndent = 200;
const deepestBrackets = 50;

/** One line: its indentation, the dash of a list, a key and a value, each of which may be absent. */
const linePattern = new RegExp(
  `( *)(- +)?(?:(${key}):(?=[ \\r\\n]|$) *)?(${blockText}|${quotedText}|${wholeNumber}|\\{${bracketed}*\\}|\\[${bracketed}*\\])?(?: *|(?<![^\\n ])#[ -~]*| +#[ -~]*)\\r?(?:\\n|$)`,
  'y',
);

/** What stands inside brackets: one of their characters, a key, or a value. */
const tokenPattern = new RegExp(
  ` *(?:([{}[\\],])|(${key}): |(${flowText}|${quotedText}|${wholeNumber})(?= *[,}\\]]))`,
  'y',
);

/**
 * Reads the YAML that programs write into kubeconfigs (maps, lists, brackets on one line, simple scalars), many times faster than a full
 * parser. Answers undefined for all that it is not sure of, which is not to say that it is wrong: whatever it answers is what a full
 * parser answers (a test compares them), and that other parser must be asked where it answers nothing.
 */
export function readPlainYaml(text: string): unknown {
  try {
    return new PlainYamlReader(text).read();
  } catch (error) {
    // A line of megabytes can be too much for the stack of a regular expression.
    if (error === notSure || error instanceof RangeError) return undefined;
    throw error;
  }
}

const notSure = Symbol('not sure');

class PlainYamlReader {
  readonly #text: string;
  #at: number;
  /** The line that is to be read next; -1 as indentation: there is none. */
  #indent = -1;
  /** Characters of the dash and the spaces after it; 0: no dash. */
  #dash = 0;
  #key: string | undefined;
  #value: string | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('---\n') ? 4 : 0;
    this.#next();
  }

  read(): unknown {
    const root = this.#node();
    if (this.#indent !== -1) throw notSure;
    return root;
  }

  #node(): unknown {
    if (this.#dash > 0) return this.#list(this.#indent);
    if (this.#key !== undefined) return this.#map(this.#indent);
    throw notSure;
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.#indent === indent && this.#dash === 0 && this.#key !== undefined) {
      const name = this.#key;
      if (Object.hasOwn(map, name) || specialWord.test(name)) throw notSure;
      map[name] = this.#valueOf(indent);
    }
    if (this.#indent > indent) throw notSure;
    return map;
  }

  #valueOf(indent: number): unknown {
    const value = this.#value;
    this.#next();
    if (value !== undefined) return valueIn(value);
    // A list may stand as deep as the key that it belongs to.
    const nested = this.#indent > indent || (this.#indent === indent && this.#dash > 0);
    return nested ? this.#node() : null;
  }

  #list(indent: number): unknown[] {
    const list: unknown[] = [];
    while (this.#indent === indent && this.#dash > 0) {
      if (this.#key !== undefined) {
        // What follows the dash is the first line of a map that stands in the column after it.
        this.#indent += this.#dash;
        this.#dash = 0;
        list.push(this.#map(this.#indent));
      } else if (this.#value !== undefined) {
        list.push(valueIn(this.#value));
        this.#next();
      } else {
        throw notSure;
      }
    }
    if (this.#indent > indent) throw notSure;
    return list;
  }

  #next(): void {
    const text = this.#text;
    while (this.#at < text.length) {
      linePattern.lastIndex = this.#at;
      const line = linePattern.exec(text);
      if (!line) throw notSure;
      this.#at = linePattern.lastIndex;
      const [, spaces = '', dash, name, value] = line;
      if (dash === undefined && name === undefined && value === undefined) continue;
      if (spaces.length > deepestIndent) throw notSure;
      this.#indent = spaces.length;
      this.#dash = dash?.length ?? 0;
      this.#key = name;
      this.#value = value;
      return;
    }
    this.#indent = -1;
    this.#dash = 0;
    this.#key = undefined;
  }
}

function valueIn(text: string): unknown {
  if (!text.startsWith('{') && !text.startsWith('[')) return scalar(text);
  const reader = new BracketReader(text);
  const value = reader.value();
  if (!reader.atEnd) throw notSure;
  return value;
}

class BracketReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #mark: string | undefined;
  #key: string | undefined;
  #value: string | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#next();
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Leaves the last token of the value as the one that was read. */
  value(): unknown {
    if (this.#value !== undefined) return scalar(this.#value);
    if (this.#mark !== '{' && this.#mark !== '[') throw notSure;
    if (++this.#depth > deepestBrackets) throw notSure;
    const value = this.#mark === '{' ? this.#map() : this.#list();
    this.#depth--;
    return value;
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.#next();
    while (this.#mark !== '}') {
      const name = this.#key;
      if (name === undefined || Object.hasOwn(map, name) || specialWord.test(name)) throw notSure;
      this.#next();
      map[name] = this.value();
      this.#separator('}');
    }
    return map;
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    this.#next();
    while (this.#mark !== ']') {
      list.push(this.value());
      this.#separator(']');
    }
    return list;
  }

  /** Goes to what follows the comma, or to the bracket that ends; a comma before that one is for others to judge. */
  #separator(end: string): void {
    this.#next();
    if (this.#mark === end) return;
    if (this.#mark !== ',') throw notSure;
    this.#next();
    if (this.#mark === end) throw notSure;
  }

  #next(): void {
    tokenPattern.lastIndex = this.#at;
    const token = tokenPattern.exec(this.#text);
    if (!token) throw notSure;
    this.#at = tokenPattern.lastIndex;
    [, this.#mark, this.#key, this.#value] = token;
  }
}

function scalar(text: string): unknown {
  const first = text.charCodeAt(0);
  if (first === 34 || first === 39) return text.slice(1, -1);
  if (first >= 48 && first <= 57) return Number(text);
  if (!specialWord.test(text)) return text;
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  throw notSure;
}
