import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InsertionTrace, TextProblem } from '../../../../main/core/clients/text/config-text.ts';
import { yamlConfig } from '../../../../main/core/clients/text/yaml-config.ts';
import { isOnePiece } from '../../../fixtures/clients/one-piece.ts';
import { uglyYaml } from '../../../fixtures/clients/ugly-yaml.ts';

const entry = (name: string) => ({
  type: 'streamable_http',
  url: `http://127.0.0.1/${name}`,
  headers: { Authorization: 'Bearer "t"', 'X-Y: Z': 'no' },
  args: ['a', '- b', '#'],
  timeout: 300,
  on: true,
});
const names = fc.shuffledSubarray(['berth-a', 'berth-b', 'no'], { minLength: 1 });
const options = { numRuns: 100 };

describe.each([
  ['a map', 'extensions', null],
  ['a list', 'mcpServers', 'name'],
] as const)(
  'editing a YAML file of any look, with the servers in %s',
  { timeout: 120_000 },
  (_kind, key, nameField) => {
    const place = { keys: [key], nameField };
    const files = uglyYaml(key, nameField === null ? 'map' : 'list');

    function add(text: string, added: readonly string[]) {
      let current = text;
      let trace: InsertionTrace | null = null;
      for (const name of added) {
        const edited = setOrSkip(current, name, entry(name));
        current = edited.text;
        trace ??= edited.trace;
      }
      return { text: current, trace };
    }

    /** Lines cannot be put behind a block of text that the end of the file cuts off; that is said and not done. */
    function setOrSkip(text: string, name: string, value: Record<string, unknown>) {
      try {
        return yamlConfig.set(text, place, name, value);
      } catch (error) {
        fc.pre(!(error instanceof TextProblem && error.message.startsWith('the file ends within a block of text')));
        throw error;
      }
    }

    it('adds entries in one piece of text, and brings the bytes back when they go in any order', () => {
      fc.assert(
        fc.property(files, names, fc.nat(), (before, added, turn) => {
          const { text, trace } = add(before, added);
          for (const name of added) expect(yamlConfig.entries(text, place).get(name)).toEqual(entry(name));
          expect(yamlConfig.sameOutside(before, text, place, new Set(added))).toBe(true);
          expect(isOnePiece(before, text)).toBe(true);
          const order = [...added.slice(turn % added.length), ...added.slice(0, turn % added.length)];
          const after = order.reduce((current, name) => yamlConfig.remove(current, place, name, trace), text);
          expect(after).toBe(before);
        }),
        options,
      );
    });

    it('brings the bytes back after the entry was written anew', () => {
      const values = [
        { url: 'http://127.0.0.1/other', more: [{ a: [] }, { b: { c: null } }] },
        { command: 'x', headers: { Other: 'y' }, env: { A: 'b' }, args: [] },
        { headers: {}, url: 1.5, args: { 0: 'a' }, on: [['x']] },
      ];
      fc.assert(
        fc.property(files, fc.shuffledSubarray(values, { minLength: 1 }), (before, rounds) => {
          const first = add(before, ['berth-a']);
          let { text } = first;
          for (const value of rounds) {
            ({ text } = setOrSkip(text, 'berth-a', value));
            expect(yamlConfig.entries(text, place).get('berth-a')).toEqual(value);
            expect(yamlConfig.sameOutside(before, text, place, new Set(['berth-a']))).toBe(true);
          }
          expect(yamlConfig.remove(text, place, 'berth-a', first.trace)).toBe(before);
        }),
        options,
      );
    });

    it('takes out its own entry only, when others came, changed and went in between', () => {
      fc.assert(
        fc.property(files, fc.constantFrom('user-1', 'user 2'), (before, other) => {
          const ours = add(before, ['berth-a']);
          const both = setOrSkip(ours.text, other, { command: 'x' }).text;
          const left = yamlConfig.remove(both, place, 'berth-a', ours.trace);
          expect(yamlConfig.entries(left, place).get(other)).toEqual({ command: 'x' });
          expect(yamlConfig.sameOutside(both, left, place, new Set(['berth-a']))).toBe(true);
          // What is left is what they would have had without us, though a comment may stand on its other side.
          const lines = (text: string) => text.split(/\r?\n/).sort();
          expect(lines(left)).toEqual(lines(setOrSkip(before, other, { command: 'x' }).text));
        }),
        options,
      );
    });

    it('is not disturbed by changes outside of the servers', () => {
      const tails = ['', '\n', ' \n\n', '\n# more\n', '\nlater: 1\n'];
      fc.assert(
        fc.property(files, fc.constantFrom(...tails), (before, tail) => {
          const { text, trace } = add(before, ['berth-a']);
          const isValid = (whole: string) => {
            try {
              yamlConfig.entries(whole, place);
              return true;
            } catch {
              return false;
            }
          };
          fc.pre(isValid(before + tail) && isValid(text + tail));
          // Empty lines that came behind our entry would become part of a text that keeps its last empty lines: refused.
          fc.pre(!before.includes('|+') || tail === '');
          const left = yamlConfig.remove(text + tail, place, 'berth-a', trace);
          const lines = (all: string) =>
            all
              .split(/\s*\n/)
              .map((line) => line.trimEnd())
              .filter(Boolean);
          expect(lines(left)).toEqual(lines(before + tail));
          if (before.endsWith('\n')) expect(left).toBe(before + tail);
        }),
        options,
      );
    });
  },
);
