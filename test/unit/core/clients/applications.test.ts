import { describe, expect, it } from 'vitest';
import { parsePs, parseTasklist } from '../../../../main/core/clients/applications.ts';

describe('lists of processes', () => {
  it('of macOS have paths with spaces', () => {
    const text = '    1     0 /sbin/launchd\n  812     1 /Applications/Claude.app/Contents/MacOS/Claude\n';
    const helper =
      '  815   812 /Applications/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper\n';
    expect(parsePs(text + helper).map(({ pid, parent, names }) => [pid, parent, names])).toEqual([
      [1, 0, ['launchd']],
      [812, 1, ['Claude']],
      [815, 812, ['Claude Helper']],
    ]);
  });

  it('of Windows are quoted', () => {
    const text = '"System Idle Process","0","Services","0","8 K"\r\n"Claude.exe","4120","Console","1","212,340 K"\r\n';
    expect(parseTasklist(text).map(({ pid, names }) => [pid, names])).toEqual([
      [0, ['System Idle Process']],
      [4120, ['Claude.exe']],
    ]);
  });
});
