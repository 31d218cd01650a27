import type { ExistingFinding } from '../../../../contract/model/existing.ts';
import type { ConfigText } from '../text/config-text.ts';
import { foreignEntry } from './foreign-entry.ts';

/** Keys under which other clients keep their servers, beside those of the registry. */
const OTHER_KEYS: readonly (readonly string[])[] = [
  ['mcpServers'],
  ['servers'],
  ['context_servers'],
  ['mcp_servers'],
  ['mcp'],
  ['mcp', 'servers'],
  ['amp.mcpServers'],
  ['extensions'],
];

/** Findings about a client's file as a whole. Pure. */
export function fileFindings(file: {
  readonly title: string;
  readonly text: string;
  readonly format: ConfigText;
  readonly key: readonly string[];
  readonly otherKeys: readonly (readonly string[])[];
  readonly rejectsByteOrderMark: boolean;
  readonly byteOrderMark: boolean;
}): ExistingFinding[] {
  const findings: ExistingFinding[] = [];
  if (file.byteOrderMark && file.rejectsByteOrderMark) {
    findings.push({
      id: 'byte-order-mark',
      severity: 'fail',
      evidence: `The file begins with a byte order mark, which ${file.title} does not accept.`,
      remedy: 'Save the file as UTF-8 without one.',
      line: 1,
    });
  }
  const own = JSON.stringify(file.key);
  const others = new Map([...OTHER_KEYS, ...file.otherKeys].map((key) => [JSON.stringify(key), key]));
  for (const [id, key] of others) {
    if (id === own || isPrefix(key, file.key) || isPrefix(file.key, key)) continue;
    const names = serversUnder(file.text, file.format, key);
    if (names.length === 0) continue;
    findings.push({
      id: 'wrong-key',
      severity: 'fail',
      evidence: `${names.join(', ')} ${names.length === 1 ? 'stands' : 'stand'} under "${key.join('.')}", which ${file.title} does not read: it wants "${file.key.join('.')}".`,
      remedy: `Move ${names.length === 1 ? 'it' : 'them'} to "${file.key.join('.')}".`,
      line: lineOfKey(file.text, key.at(-1) ?? ''),
    });
  }
  return findings;
}

/**
 * The line, from 1, on which a key stands, where that is certain: the one place in which the text has this name before a colon, an
 * equals sign, or within a table's head. Null otherwise.
 */
export function lineOfKey(text: string, key: string): number | null {
  const name = key.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const spellings = `"${name}"|'${name}'|(?<![\\w.-])${name}(?![\\w-])`;
  const pattern = new RegExp(
    `(?:${spellings})\\s*[:=]|\\[[^\\]\\n]*\\.(?:"${name}"|${name})\\]|name\\s*[:=]\\s*["']?${name}["']?\\s*(?:,|$)`,
    'gm',
  );
  const [only, another] = [...text.matchAll(pattern)];
  return only === undefined || another !== undefined ? null : text.slice(0, only.index).split('\n').length;
}

/** Names of what looks like servers under a key that is not the client's. */
function serversUnder(text: string, format: ConfigText, keys: readonly string[]): string[] {
  try {
    return [...format.entries(text, { keys, nameField: null })]
      .filter(([name, raw]) => foreignEntry(name, raw).transport !== null)
      .map(([name]) => name);
  } catch {
    return [];
  }
}

function isPrefix(key: readonly string[], of: readonly string[]): boolean {
  return key.length < of.length && key.every((step, index) => step === of[index]);
}
