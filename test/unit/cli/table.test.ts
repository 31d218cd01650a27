import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { displayWidth, facts, table } from '../../../main/cli/table.ts';

const rows = [
  { name: 'web', state: 'ready', url: 'http://127.0.0.1:23784/web/mcp' },
  { name: 'a-long-name', state: null, url: '' },
];
const columns = [
  { head: 'NAME', text: (row: (typeof rows)[number]) => row.name },
  {
    head: 'STATE',
    text: (row: (typeof rows)[number]) => row.state,
    paint: (text: string) => `\u001b[32m${text}\u001b[39m`,
  },
  { head: 'URL', text: (row: (typeof rows)[number]) => row.url, wide: true },
];

test('columns align, nothing is a dash, and wide columns come only with wide', () => {
  expect(
    table(
      rows,
      [
        { head: 'NAME', text: (row) => row.name },
        { head: 'STATE', text: (row) => row.state },
      ],
      false,
    ),
  ).toBe(['NAME          STATE', 'web           ready', 'a-long-name   -'].join('\n'));
  expect(table(rows, columns, true).split('\n')[1]).toContain('http://127.0.0.1:23784/web/mcp');
  expect(table(rows, columns, false)).not.toContain('URL');
});

test('colour does not move columns', () => {
  const plain = table(
    rows,
    columns.map(({ paint: _paint, ...column }) => column),
    true,
  );
  expect(stripVTControlCharacters(table(rows, columns, true))).toBe(plain);
});

test('wide letters take two columns', () => {
  expect(displayWidth('生产')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
  const lines = table(
    [
      { a: '生产', b: 'x' },
      { a: 'prod', b: 'y' },
    ],
    [
      { head: 'A', text: (row) => row.a },
      { head: 'B', text: (row) => row.b },
    ],
    false,
  );
  expect(lines).toBe('A      B\n生产   x\nprod   y');
});

test('a name from a kubeconfig cannot move the cursor or add lines', () => {
  const line = table(
    [{ a: 'evil\u001b[2J\u001b[31m\nname\u0007\r\u009b2K' }],
    [{ head: 'A', text: (row) => row.a }],
    false,
  );
  expect(line.split('\n')).toHaveLength(2);
  expect(line.replace('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('facts align their values', () => {
  expect(
    facts([
      ['Name', 'web'],
      ['Active context', null],
    ]),
  ).toBe('Name:            web\nActive context:  -');
});
