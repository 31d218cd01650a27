import { expect, test } from 'vitest';
import { parseProcStat, parsePs } from '../../../../main/core/supervisor/process-table.ts';
import { judgeOrphan } from '../../../../main/core/supervisor/reap-orphans.ts';
import { taskkillCommand } from '../../../../main/core/supervisor/taskkill.ts';

test('/proc/PID/stat is read from behind the name, whatever is in it', () => {
  const rest = '1 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1';
  expect(parseProcStat(`4243 (a) S b (c) S ${rest}`)).toEqual({ state: 'S', group: 4242, startTicks: '987654' });
  expect(parseProcStat('')).toBeNull();
  expect(parseProcStat('12 (x) S 1')).toBeNull();
});

test('ps on macOS is read by its columns', () => {
  expect(parsePs(7, 'Sat Nov 21 09:15:01 2026 /opt/my tools/kubectl-mtv\n')).toEqual({
    pid: 7,
    startTime: 'Sat Nov 21 09:15:01 2026',
    executable: '/opt/my tools/kubectl-mtv',
  });
  expect(parsePs(7, '')).toBeNull();
  expect(parsePs(7, 'ps: illegal option, see the manual\n')).toBeNull();
});

const entry = { pid: 7, startTime: 'b/1', executable: '/a', slug: 's', owner: { pid: 3, startTime: 'b/0' } };
const now = { pid: 7, startTime: 'b/1', executable: '/a' };

test.each([
  ['nobody has the pid', null, null, 'gone'],
  ['somebody else has the pid', { ...now, startTime: 'b/2' }, null, 'gone'],
  ['it is the one and its Berth is gone', now, null, 'orphan'],
  ['somebody else has its Berth’s pid', now, { pid: 3, startTime: 'b/9', executable: '/x' }, 'orphan'],
  [
    'its Berth runs',
    now,
    { pid: 3, startTime: 'b/0', executable: '/berth' },
    { kept: expect.stringContaining('still runs') },
  ],
  ['it runs something else', { ...now, executable: '/b' }, null, { kept: 'it runs /b now, and Berth had started /a' }],
])('%s', (_what, process, owner, verdict) => {
  expect(judgeOrphan(entry, process, owner)).toEqual(verdict);
});

test('taskkill ends the whole tree and is not looked for on PATH', () => {
  expect(taskkillCommand(42, 'D:\\Windows')).toEqual({
    command: 'D:\\Windows\\System32\\taskkill.exe',
    args: ['/PID', '42', '/T', '/F'],
  });
  expect(taskkillCommand(42, undefined).command).toBe('C:\\Windows\\System32\\taskkill.exe');
});
