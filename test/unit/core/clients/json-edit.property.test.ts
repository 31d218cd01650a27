import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsertionTrace } from '../../../../main/core/clients/text/config-text.ts';
import { removeEntry, setEntry } from '../../../../main/core/clients/text/json-edit.ts';
import { entriesIn, sameOutside } from '../../../../main/core/clients/text/json-proof.ts';
import { jsonDialects } from '../../../../main/core/clients/text/json-text.ts';
import { uglyFile } from '../../../fixtures/clients/ugly-json.ts';

const keys = ['mcpServers'];
const entry = (name: string) => ({
  url: `http://127.0.0.1/${name}`,
  headers: { Authorization: 'Bearer "t"' },
  args: ['a', '}'],
});
const names = fc.shuffledSubarray(['berth-a', 'berth-b', 'berth-c'], { minLength: 1 });

function add(text: string, format: keyof typeof jsonDialects, added: readonly string[]) {
  let current = text;
  let trace: InsertionTrace | null = null;
  for (const name of added) {
    const edited = setEntry(current, jsonDialects[format], keys, name, entry(name));
    current = edited.text;
    trace ??= edited.trace;
  }
  return { text: current, trace };
}

const formats = Object.keys(jsonDialects) as (keyof typeof jsonDialects)[];

describe.each(formats)('editing a %s file of any look', { timeout: 60_000 }, (format) => {
  const dialect = jsonDialects[format];
  const options = { numRuns: 600 };

  it('adds entries that parse, leaves everything else, and brings the bytes back when they go in any order', () => {
    fc.assert(
      fc.property(uglyFile(dialect), names, fc.nat(), (before, added, turn) => {
        const { text, trace } = add(before, format, added);
        const found = entriesIn(text, dialect, keys);
        for (const name of added) expect(found.get(name)).toEqual(entry(name));
        expect(sameOutside(before, text, dialect, keys, new Set(added))).toBe(true);
        const order = [...added.slice(turn % added.length), ...added.slice(0, turn % added.length)];
        const after = order.reduce((current, name) => removeEntry(current, dialect, keys, name, trace), text);
        expect(after).toBe(before);
      }),
      options,
    );
  });

  it('brings the bytes back after the entry was written anew', () => {
    fc.assert(
      fc.property(uglyFile(dialect), (before) => {
        const { text, trace } = add(before, format, ['berth-a']);
        const again = setEntry(text, dialect, keys, 'berth-a', { url: 'http://127.0.0.1/other', more: [{}] }).text;
        expect(removeEntry(again, dialect, keys, 'berth-a', trace)).toBe(before);
      }),
      options,
    );
  });

  it('takes out its own entry only, when others came, changed and went in between', () => {
    fc.assert(
      fc.property(uglyFile(dialect), fc.constantFrom('user-1', 'user-2'), (before, other) => {
        // Somebody else adds an entry after ours: what is left is what they would have had without us.
        const ours = add(before, format, ['berth-a']);
        const both = setEntry(ours.text, dialect, keys, other, { command: 'x' }).text;
        const left = removeEntry(both, dialect, keys, 'berth-a', ours.trace);
        expect(entriesIn(left, dialect, keys).get(other)).toEqual({ command: 'x' });
        expect(sameOutside(both, left, dialect, keys, new Set(['berth-a']))).toBe(true);
        // Everything that is not white space or a comma of ours is still there, in its order.
        const bare = (text: string) => text.replace(/[\s,]/g, '');
        const alone = setEntry(before, dialect, keys, other, { command: 'x' }).text;
        expect(bare(left)).toBe(bare(alone));
      }),
      options,
    );
  });

  it('is not disturbed by changes outside of the servers', () => {
    fc.assert(
      fc.property(uglyFile(dialect), fc.constantFrom('', '\n', ' \n\n', '\t'), (before, tail) => {
        fc.pre(before.includes('{'));
        const ours = add(before, format, ['berth-a']);
        expect(removeEntry(ours.text + tail, dialect, keys, 'berth-a', ours.trace)).toBe(
          // A file that had nothing before is undone up to the white space that came since.
          ours.trace?.depth === 0 ? before : before + tail,
        );
      }),
      options,
    );
  });
});
