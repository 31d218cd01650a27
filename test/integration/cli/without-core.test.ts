import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shells } from '../../../main/cli/completion-scripts.ts';
import { berth } from './terminal.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-cli-down-'));
  env = { BERTH_HOME: join(folder, 'home'), HOME: folder, XDG_RUNTIME_DIR: folder, PATH: process.env['PATH'] ?? '' };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => berth(args, { env });

test.each([
  ['status'],
  ['servers'],
  ['use', 'x'],
  ['start', 'web'],
  ['logs', 'web'],
  ['tools', 'web'],
  ['call', 'web', 'x'],
  ['clients'],
  ['endpoint', 'web'],
  ['doctor'],
  ['secrets', 'list'],
  ['open'],
  ['quit'],
  ['context', 'sources'],
])('%s: 3 and what to do', async (...args) => {
  expect(await run(...args)).toEqual({
    code: 3,
    stdout: '',
    stderr: 'berth: Berth is not running.\nStart it with `berth serve` or open the desktop app.\n',
  });
});

test('contexts come from the files, and nothing is written', async () => {
  const kubeconfig = join(folder, 'kube.yaml');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'b',
      contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: name, user: 'me', namespace: 'x' } })),
      clusters: ['a', 'b'].map((name) => ({ name, cluster: { server: `https://${name}.example` } })),
      users: [{ name: 'me', user: { token: 'TOP-SECRET' } }],
    }),
  );
  env = { ...env, KUBECONFIG: kubeconfig };
  const ran = await run('contexts', '-o', 'json');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).not.toContain('TOP-SECRET');
  expect(JSON.parse(ran.stdout)).toMatchObject([
    { name: 'a', cluster: 'a', user: 'me', namespace: 'x', source: kubeconfig, active: false, reachable: null },
    { name: 'b', active: true },
  ]);
  expect((await run('contexts')).stdout).toMatch(/^ACTIVE +NAME +CLUSTER/);
  expect((await readdir(folder)).sort()).toEqual(['kube.yaml']);
});

test('a kubeconfig that cannot be used is named beside the contexts of the others', async () => {
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad')];
  await writeFile(
    good,
    'contexts:\n- {name: a, context: {cluster: c}}\nclusters:\n- {name: c, cluster: {server: "https://c"}}\n',
  );
  await writeFile(bad, 'contexts: [\n');
  env = { ...env, KUBECONFIG: `${bad}:${good}` };
  const ran = await run('contexts', '-o', 'json');
  expect(JSON.parse(ran.stdout)).toMatchObject([{ name: 'a' }]);
  expect(ran).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^The kubeconfig .*bad cannot be used: .*line 2/),
  });
});

test('no context at all says what to do', async () => {
  expect((await run('contexts')).stdout).toContain('berth context add FILE');
});

test('config path and validate work on the files', async () => {
  const home = join(folder, 'home');
  expect((await run('config', 'path')).stdout).toBe(`${join(home, 'config.yaml')}\n`);
  expect((await run('config', 'validate')).code).toBe(0);
  await mkdir(join(home, 'presets'), { recursive: true });
  await writeFile(join(home, 'config.yaml'), 'port: 1\n');
  await writeFile(join(home, 'presets', 'mine.yaml'), 'id: mine\ntransports: []\n');
  const bad = await run('config', 'validate');
  expect(bad.code).toBe(1);
  expect(bad.stdout).toBe(`${join(home, 'config.yaml')} is valid.\n`);
  expect(bad.stderr).toMatch(/mine\.yaml:\d+:\d+: /);
  await writeFile(join(home, 'other.yaml'), '# x\ntheme: pink\n');
  const other = await berth(['config', 'validate', 'other.yaml', '-o', 'json'], { env, cwd: home });
  expect(other.code).toBe(1);
  expect(JSON.parse(other.stdout)).toMatchObject([
    { error: { code: 'invalid-config', details: { line: 2, column: 8 } } },
  ]);
  expect((await run('config', 'validate', '/no/such/file')).code).toBe(4);
});

test('config edit runs the editor with its arguments and checks the result', async () => {
  const editor = join(folder, 'my editor');
  await writeFile(editor, '#!/bin/sh\nprintf \'%s\\n\' "$1" > "$2"\n');
  await chmod(editor, 0o755);
  const edited = (text: string) => berth(['config', 'edit'], { env: { ...env, EDITOR: `'${editor}' '${text}'` } });
  expect(await edited('port: 4000')).toMatchObject({ code: 0, stderr: '' });
  const bad = await edited('port: four');
  expect(bad.code).toBe(1);
  expect(bad.stderr).toContain('config.yaml:1:7');
  expect((await berth(['config', 'edit'], { env: { ...env, EDITOR: 'no-such-editor-here' } })).code).toBe(1);
});

test('version is an answer', async () => {
  const { stdout } = await run('version');
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await run('--version')).stdout).toBe(stdout);
  expect(JSON.parse((await run('version', '-o', 'json')).stdout).version).toBe(stdout.trim());
});

test.each([...shells])('there is a completion script for %s', async (shell) => {
  const ran = await run('completion', shell);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain('berth __complete');
});

test('the bash script is valid and completes through the command', async () => {
  const { stdout: script } = await run('completion', 'bash');
  const asked = `berth() { printf 'one two\\nthree\\n'; }\n${script}\nCOMP_WORDS=(berth start "") COMP_CWORD=2\n_berth\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', asked]);
  expect(stdout).toBe('one\\ two\nthree\n');
});

test('presets are found without a running Berth, and one preset shows its options', async () => {
  const presets = JSON.parse((await run('presets', '-o', 'json')).stdout);
  expect(presets.map(({ id }: { id: string }) => id)).toContain('kubernetes-mcp-server');
  expect(presets[0]).toMatchObject({ id: 'kubernetes-mcp-server', found: { version: '0.0.67' } });
  expect((await run('presets')).stdout).toMatch(
    /^ID +STATE +VERSION +TRANSPORTS +PATH\nkubernetes-mcp-server +found +0\.0\.67/,
  );
  expect((await run('presets', 'mkp')).stdout).toMatch(/rate-limit-read +number +120/);
  expect((await run('presets', 'nope')).code).toBe(4);
});

test("a bad preset of the user's is told on stderr, and the others are listed", async () => {
  await mkdir(join(folder, 'home', 'presets'), { recursive: true });
  await writeFile(join(folder, 'home', 'presets', 'mine.yaml'), 'id: [\n');
  const ran = await run('presets');
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain('mine.yaml:2:1');
  expect(ran.stdout).toContain('mkp');
});

test('the launcher of a checkout that was not built says how to build it', async () => {
  await mkdir(join(folder, 'bin'));
  const launcher = join(folder, 'bin', 'berth.mjs');
  await copyFile(fileURLToPath(new URL('../../../bin/berth.mjs', import.meta.url)), launcher);
  const failure = await promisify(execFile)(process.execPath, [launcher, 'status']).catch((error) => error);
  expect(failure).toMatchObject({ code: 1, stdout: '' });
  expect(failure.stderr).toBe(`berth: it has not been built yet. Run \`npm run build\` in ${join(folder)}.\n`);
});
