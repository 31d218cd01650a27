// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the registry's own placeholders look like this
import { describe, expect, it } from 'vitest';
import { judgeProgram } from '../../../../../main/core/clients/routes/vendor-command.ts';

const row = {
  title: 'Other',
  entries: { stdio: { command: '${command}' } },
  cli: { program: 'other', add: ['add', '${name}', '${command}', '${args...}'], preferred: false },
};

describe("whether a vendor's program can be used", () => {
  it.each([
    ['/usr/bin/other', 'linux', false, { path: '/usr/bin/other' }],
    [null, 'linux', false, { why: 'The command other is not on the PATH of your login shell.' }],
    ['C:\\bin\\other.exe', 'win32', false, { path: 'C:\\bin\\other.exe' }],
    ['C:\\bin\\other.CMD', 'win32', false, { why: expect.stringContaining('batch file') }],
    ['C:\\bin\\other.exe', 'win32', true, { why: expect.stringContaining('variables') }],
  ] as const)('%s on %s, with variables: %s', (path, platform, sets, judged) => {
    expect(judgeProgram(row, path, platform, sets)).toEqual(judged);
  });

  it('can where its command line carries variables, and cannot without a way to start programs', () => {
    const carrying = { ...row, cli: { ...row.cli, add: ['add', '--env=${env...}'] } };
    expect(judgeProgram(carrying, '/other', 'linux', true)).toEqual({ path: '/other' });
    expect(judgeProgram({ ...row, entries: {} }, '/other', 'linux', false)).toEqual({
      why: 'Other cannot start the bridge.',
    });
  });
});
