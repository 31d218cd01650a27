import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findExecutable } from '../../../../main/core/shell-env/find-executable.ts';
import { LoginEnvironment } from '../../../../main/core/shell-env/login-environment.ts';
import { isAlive } from '../supervisor/harness.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const bash = (extra: Record<string, string> = {}) => ({
  SHELL: '/bin/bash',
  HOME: home,
  PATH: '/usr/bin:/bin',
  ...extra,
});

async function shell(name: string, script: string): Promise<string> {
  const path = join(home, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('has what the start-up files of a real bash set, however noisy they are', async () => {
  await writeFile(
    join(home, '.bash_profile'),
    `echo "Welcome back"; export PATH="$HOME/tools:/opt/x" OWN=shell MULTI=$'a\\nb' QUIET="$BERTH_RESOLVING_ENVIRONMENT"; printf 'no newline'; echo oops >&2`,
  );
  const { env, shell: used, warning } = await new LoginEnvironment({ env: bash({ KEPT: '1' }) }).resolve();
  expect(warning).toBeNull();
  expect(used).toBe('/bin/bash');
  expect(env).toMatchObject({ PATH: `${home}/tools:/opt/x:/usr/bin:/bin`, MULTI: 'a\nb', QUIET: '1', KEPT: '1' });
  expect(Object.keys(env)).not.toContain('BERTH_RESOLVING_ENVIRONMENT');
});

test('what a user set in the terminal goes before what the shell would set', async () => {
  await writeFile(join(home, '.bash_profile'), `export PATH=/opt/x OWN=shell ADDED=1`);
  const env = bash({ OWN: 'terminal' });
  const result = await new LoginEnvironment({ env, startedInTerminal: true }).resolve();
  expect(result.env).toMatchObject({ PATH: '/usr/bin:/bin:/opt/x', OWN: 'terminal', ADDED: '1' });
});

test('asks once', async () => {
  await writeFile(join(home, '.bash_profile'), `echo asked >> "$HOME/count"`);
  const login = new LoginEnvironment({ env: bash() });
  await Promise.all([login.resolve(), login.resolve()]);
  await login.resolve();
  expect(await readFile(join(home, 'count'), 'utf8')).toBe('asked\n');
});

test('a shell that hangs is ended by the time limit, and that is visible', async () => {
  await writeFile(join(home, '.bash_profile'), `sleep 60 & echo "$!" > "$HOME/pid"; wait`);
  const { env, warning } = await new LoginEnvironment({ env: bash({ OWN: 'x' }), timeoutMs: 1_000 }).resolve();
  expect(env['OWN']).toBe('x');
  expect(warning).toMatchObject({ code: 'unsupported', message: expect.stringContaining('did not answer within 1 s') });
  const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('something left in the background does not hold up the answer', async () => {
  await writeFile(join(home, '.bash_profile'), `sleep 60 & export DONE=1`);
  const { env, warning } = await new LoginEnvironment({ env: bash(), timeoutMs: 8_000 }).resolve();
  expect(warning).toBeNull();
  expect(env['DONE']).toBe('1');
});

test.each([
  ['is missing', async () => join(home, 'nowhere')],
  ['refuses', () => shell('nologin', 'echo "This account is not available"; exit 1')],
  ['never stops printing', () => shell('yes', 'yes')],
])('a shell that %s costs nothing but a warning', async (_what, path) => {
  const { env, warning } = await new LoginEnvironment({ env: { SHELL: await path(), PATH: '/bin' } }).resolve();
  expect(env).toMatchObject({ PATH: '/bin' });
  expect(warning?.hint).toContain('may not be found');
});

test('programs are found on PATH only when they can be run', async () => {
  const tool = await shell('tool', 'true');
  await writeFile(join(home, 'text'), 'no program');
  await mkdir(join(home, 'folder'));
  const env = { PATH: `relative::/no/such:${home}:/usr/bin` };
  expect(await findExecutable('tool', env)).toBe(tool);
  expect(await findExecutable(tool, {})).toBe(tool);
  expect(await findExecutable('text', env)).toBeNull();
  expect(await findExecutable('folder', env)).toBeNull();
  expect(await findExecutable('./tool', env)).toBeNull();
  expect(await findExecutable('', env)).toBeNull();
  expect(await findExecutable('tool', {})).toBeNull();
});
