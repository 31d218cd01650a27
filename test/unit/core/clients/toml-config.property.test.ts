import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tomlConfig } from '../../../../main/core/clients/text/toml-config.ts';
import { isOnePiece } from '../../../fixtures/clients/one-piece.ts';
import { uglyToml } from '../../../fixtures/clients/ugly-toml.ts';

const place = { keys: ['mcp_servers'], nameField: null };
const entry = (name: string) => ({
  url: `http://127.0.0.1/${name}`,
  http_headers: { Authorization: 'Bearer "t"', 'X-Y.Z': "it's\t" },
  args: ['a', ']', '#'],
});
const names = fc.shuffledSubarray(['berth-a', 'berth-b', 'berth c'], { minLength: 1 });
const add = (text: string, added: readonly string[]) =>
  added.reduce((current, name) => tomlConfig.set(current, place, name, entry(name)).text, text);
const remove = (text: string, name: string) => tomlConfig.remove(text, place, name, null);
const options = { numRuns: 600 };

describe('editing a TOML file of any look', { timeout: 60_000 }, () => {
  it('adds entries in one piece of text, and brings the bytes back when they go in any order', () => {
    fc.assert(
      fc.property(uglyToml(), names, fc.nat(), (before, added, turn) => {
        const text = add(before, added);
        for (const name of added) expect(tomlConfig.entries(text, place).get(name)).toEqual(entry(name));
        expect(tomlConfig.sameOutside(before, text, place, new Set(added))).toBe(true);
        expect(isOnePiece(before, text)).toBe(true);
        const order = [...added.slice(turn % added.length), ...added.slice(0, turn % added.length)];
        expect(order.reduce(remove, text)).toBe(before);
      }),
      options,
    );
  });

  it('brings the bytes back after the entry was written anew, in whatever form it stood', () => {
    const values = [
      { url: 'http://127.0.0.1/other', more: [{}] },
      { command: 'x', http_headers: { Other: 'y' }, env: { A: 'b' } },
      { http_headers: {}, url: 1, args: { 0: 'a' } },
    ];
    fc.assert(
      fc.property(uglyToml(), fc.shuffledSubarray(values, { minLength: 1 }), (before, rounds) => {
        let text = add(before, ['berth-a']);
        for (const value of rounds) {
          text = tomlConfig.set(text, place, 'berth-a', value).text;
          expect(tomlConfig.entries(text, place).get('berth-a')).toEqual(value);
          expect(tomlConfig.sameOutside(before, text, place, new Set(['berth-a']))).toBe(true);
        }
        expect(remove(text, 'berth-a')).toBe(before);
      }),
      options,
    );
  });

  it('takes out its own entry only, when others came, changed and went in between', () => {
    fc.assert(
      fc.property(uglyToml(), fc.constantFrom('user-1', 'user 2'), (before, other) => {
        const ours = add(before, ['berth-a']);
        const both = tomlConfig.set(ours, place, other, { command: 'x' }).text;
        const left = remove(both, 'berth-a');
        expect(tomlConfig.entries(left, place).get(other)).toEqual({ command: 'x' });
        expect(tomlConfig.sameOutside(both, left, place, new Set(['berth-a']))).toBe(true);
        // What is left is what they would have had without us.
        expect(left.trim()).toBe(tomlConfig.set(before, place, other, { command: 'x' }).text.trim());
      }),
      options,
    );
  });

  it('is not disturbed by changes outside of the servers', () => {
    const tails = ['', '\n', ' \n\n', '\t', '\n# more\n', '\n[later]\na = 1\n'];
    fc.assert(
      fc.property(uglyToml(), fc.constantFrom(...tails), fc.boolean(), (before, tail, comment) => {
        const head = comment ? '# head\n' : '';
        const text = head + add(before, ['berth-a']) + tail;
        const left = remove(text, 'berth-a');
        expect(tomlConfig.sameOutside(text, left, place, new Set(['berth-a']))).toBe(true);
        const lines = (all: string) =>
          all
            .split(/\s*\n/)
            .map((line) => line.trimEnd())
            .filter(Boolean);
        expect(lines(left)).toEqual(lines(head + before + tail));
        // A text without a line break at its end keeps the one that came before our entry, if something follows by now.
        if (before.endsWith('\n')) expect(left).toBe(head + before + tail);
      }),
      options,
    );
  });
});
