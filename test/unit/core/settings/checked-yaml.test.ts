import { expect, test } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { parseSettings } from '../../../../main/core/settings/settings-text.ts';

const cases: [name: string, text: string, at: [line: number, column: number], says: RegExp][] = [
  ['a broken line', 'port: 23784\nservers: {a: [\n', [3, 1], /config\.yaml:3:1: /],
  ['a wrong type', 'demo: true\nport: many\n', [2, 7], /"port"/],
  ['a number out of range', 'port: 70000\n', [1, 7], /"port"/],
  ['an unknown key', 'theme: dark\nprot: 1\n', [2, 1], /"prot" is not known here/],
  [
    'an unknown key deep inside',
    'servers:\n  web:\n    preset: mkp\n    gard: full\n',
    [4, 5],
    /"gard" is not known here/,
  ],
  ['a missing field', 'servers:\n  web:\n    guard: full\n', [3, 5], /"servers.web.preset"/],
  ['a slug that is none', 'servers:\n  Web:\n    preset: mkp\n', [2, 3], /"Web" cannot be a name here/],
  ['a key twice', 'port: 1\nport: 2\n', [2, 1], /unique/],
  ['a newer version', '# mine\nversion: 2\n', [2, 10], /newer Berth/],
  ['something that is no map', '- a\n- b\n', [1, 1], /the file/],
];

test.each(cases)('%s is refused where it is', (_name, text, [line, column], says) => {
  const error = refusal(text);
  expect(error.code).toBe('invalid-config');
  expect(error.details).toEqual({ file: 'config.yaml', line, column });
  expect(error.message).toMatch(says);
  expect(error.hint).toContain(`line ${line}`);
});

test('an empty file and one with only comments are the defaults', () => {
  expect(parseSettings('', 'config.yaml')).toEqual(parseSettings('# nothing yet\n', 'config.yaml'));
  expect(parseSettings('', 'config.yaml')).toMatchObject({ version: 1, port: 23784, servers: {}, demo: false });
});

test('a byte order mark is not part of the first key', () => {
  expect(parseSettings('\uFEFFport: 4711\n', 'config.yaml').port).toBe(4711);
});

function refusal(text: string): BerthError {
  try {
    parseSettings(text, 'config.yaml');
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
