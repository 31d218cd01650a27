import { expect, test } from 'vitest';
import {
  mergeEnvironments,
  parseEnvironment,
  shellCommand,
} from '../../../../main/core/shell-env/login-environment.ts';

test('reads only what stands between the markers, values with line ends as well', () => {
  const output = 'Welcome!\nPATH=/fake\0MPATH=/bin\0MULTI=a\nb=c\0EMPTY=\0SHLVL=2\0BASH_FUNC_x%%=() { :; }\0_=x\0M bye';
  expect(parseEnvironment(output, 'M')).toEqual({ PATH: '/bin', MULTI: 'a\nb=c', EMPTY: '' });
});

test('output without both markers is no answer', () => {
  expect(parseEnvironment('PATH=/bin\0', 'mark')).toBeNull();
  expect(parseEnvironment('mark PATH=/bin\0', 'mark')).toBeNull();
});

test('the stronger’s variables and folders come first and nothing is lost', () => {
  expect(
    mergeEnvironments({ PATH: '/opt/bin:/usr/bin', A: 'login' }, { PATH: '/venv/bin:/usr/bin', A: 'own', B: 'own' }),
  ).toEqual({ PATH: '/opt/bin:/usr/bin:/venv/bin', A: 'login', B: 'own' });
});

test.each([
  ['/bin/bash', ['-l', '-i', '-c']],
  ['/usr/local/bin/fish', ['-l', '-i', '-c']],
  ['/bin/tcsh', ['-i', '-c']],
  ['/opt/nu', ['-l', '-c']],
])('%s is asked in its own way', (shell, flags) => {
  const command = shellCommand(shell, 'M');
  expect(command.slice(0, -1)).toEqual(flags);
  expect(command.at(-1)).toMatch(/M; \^?\/usr\/bin\/env -0; .*M$/);
});
