import { expect, test } from 'vitest';
import { type Row, table, verdictOf } from '../../../bench/lib/table.mjs';

const rows: Row[] = [
  { figure: 'start', berth: 66.84, peer: 53, unit: 'ms', ratio: 1.2612, bar: '≤ 1.3', ok: true },
  { figure: 'failed calls', berth: 3, peer: null, unit: '', ratio: null, bar: '= 0', ok: false },
  { figure: 'p50', berth: 171.4, peer: null, unit: 'ms', ratio: null, bar: null, ok: true },
];

test('figures stand under each other, and only what has a bar has a verdict', () => {
  expect(table(rows).split('\n')).toEqual([
    '  figure        Berth  peer  unit  ratio  bar',
    '  start          66.8    53  ms    1.26×  ≤ 1.3  ok',
    '  failed calls      3                     = 0    MISSED',
    '  p50             171        ms',
  ]);
});

test('a bench is as good as its worst row', () => {
  const none = { skipped: null, error: null };
  expect(verdictOf({ rows, ...none })).toBe('a bar was missed');
  expect(verdictOf({ rows: rows.filter(({ ok }) => ok), ...none })).toBe('all bars met');
  expect(verdictOf({ rows: [], skipped: 'no kubectl', error: null })).toBe('skipped');
  expect(verdictOf({ rows: [], skipped: null, error: 'it broke' })).toBe('failed');
});
