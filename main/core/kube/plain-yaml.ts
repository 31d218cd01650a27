/** A word that some YAML takes for a boolean or for nothing; kubectl's takes all of them. */
const specialWord = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

/** Text without quotes that no YAML takes for anything else: it begins with a letter, `/`, `-x` or `--x`, and has no `: ` and no ` #`. */
const plainText = '(?:-{0,2}[A-Za-z]|/)[!-9;-~]*(?:(?::(?=[!-~])| (?=[!"$-~]))[!-9;-~]*)*';
/** Quoted text without any escape. */
const quotedText = `"[ !#-\\[\\]-~]*"|'[ -&(-~]*'`;
const wholeNumber = '0|[1-9][0-9]{0,14}';
const key = '[A-Za-z][A-Za-z0-9_./-]{0,200}';

/** Deeper than any kubeconfig, and far from the end of the stack. */
const deepestIndent = 200;

/** One line: its indentation, the dash of a list, a key and a value, each of which may be absent. */
const linePattern = new RegExp(
  `( *)(- +)?(?:(${key}):(?=[ \\r\\n]|$) *)?(${plainText}|${quotedText}|${wholeNumber}|\\{\\}|\\[\\])?(?: *|(?<![^\\n ])#[ -~]*| +#[ -~]*)\\r?(?:\\n|$)`,
  'y',
);

/**
 * Reads the YAML that programs write into kubeconfigs (block maps and lists, simple scalars), several times faster than a full parser. Answers
 * undefined for all that it is not sure of, which is not to say that it is wrong: whatever it answers is what a full parser answers
 * (a test compares them), and that other parser must be asked where it answers nothing.
 */
export function readPlainYaml(text: string): unknown {
  try {
    return new PlainYamlReader(text).read();
  } catch (error) {
    if (error === notSure) return undefined;
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
    if (value !== undefined) return scalar(value);
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
        list.push(scalar(this.#value));
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

function scalar(text: string): unknown {
  const first = text.charCodeAt(0);
  if (first === 34 || first === 39) return text.slice(1, -1);
  if (text === '{}') return {};
  if (text === '[]') return [];
  if (first >= 48 && first <= 57) return Number(text);
  if (!specialWord.test(text)) return text;
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  throw notSure;
}
