import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { berthPaths } from '../../../main/core/paths.ts';
import { type FakeCore, fakeCore } from '../../fixtures/cli/fake-core.ts';
import { berth, Terminal } from './terminal.ts';

let folder: string;
let env: Record<string, string>;
let core: FakeCore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-cli-'));
  env = { BERTH_HOME: folder, HOME: folder, XDG_RUNTIME_DIR: folder };
  core = await fakeCore(berthPaths(env).controlSocket);
});

afterEach(async () => {
  await core.dispose();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => berth(args, { env });
const inputOf = (name: string) => core.seen.find((call) => call.name === name)?.input;

describe('answers', () => {
  test('a table for people, on stdout alone', async () => {
    const ran = await run('servers');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(
      /^NAME +STATE.*\nweb +ready +kubernetes-mcp-server +lab \(active\) +stdio +read-only +1 +0 +60m\n$/,
    );
  });

  test('json and yaml are the objects of the contract, wide has more columns', async () => {
    const list = JSON.parse((await run('servers', '-o', 'json')).stdout);
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ slug: 'web', boundTo: 'active', endpoint: { sse: null } });
    expect(JSON.parse((await run('servers', 'web', '-o', 'json')).stdout)).toEqual(list[0]);
    expect(parse((await run('servers', '-o', 'yaml')).stdout)).toEqual(list);
    expect((await run('servers', '-o', 'wide')).stdout).toContain('http://127.0.0.1:23784/web/mcp');
    expect(await run('servers', '-o', 'xml')).toMatchObject({ code: 2, stdout: '' });
  });

  test('colour only on a terminal, and not with NO_COLOR', async () => {
    const start = '\u001b[';
    expect((await berth(['servers'], { env, tty: true })).stdout).toContain(start);
    expect((await berth(['servers'], { env: { ...env, NO_COLOR: '1' }, tty: true })).stdout).not.toContain(start);
    expect((await berth(['servers'], { env })).stdout).not.toContain(start);
  });
});

describe('exit codes', () => {
  test('4 for what does not exist, with the hint on stderr', async () => {
    expect(await run('servers', 'nope')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'berth: There is no server "nope".\nSee `berth servers`.\n',
    });
    expect((await run('add', 'nope')).code).toBe(4);
  });

  test.each([
    [['serversx'], "unknown command 'serversx'"],
    [['servers', '--nope'], "unknown option '--nope'"],
    [['call', 'web'], "missing required argument 'tool'"],
    [['start'], 'No server was named'],
    [['start', 'web', '--wait', 'soon'], '"soon" is not a time span'],
    [['add', 'kubernetes-mcp-server', '--set', 'log-level=high'], '"log-level" takes a number'],
    [['add', 'kubernetes-mcp-server', '--guard', 'open'], 'Allowed choices are full, ask, read-only'],
    [['logs', 'web', '--level', 'loud'], 'no level "loud"'],
    [['set', 'web'], 'Nothing to change'],
    [['serve', '--port', '0'], 'a port is a number'],
  ])('2 for wrong usage: %j', async (args, says) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(says);
  });

  test('help is an answer; without a command it is wrong usage', async () => {
    const help = await run('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: berth');
    expect(await run()).toMatchObject({ code: 2, stdout: '' });
    expect((await run('servers', '--help')).code).toBe(0);
  });

  test('5 when a tool answers an error, 6 when it is refused', async () => {
    expect(await run('call', 'web', 'broken')).toEqual({ code: 5, stdout: 'called broken\n', stderr: '' });
    expect(await run('call', 'web', 'pods_delete')).toMatchObject({ code: 6, stdout: '' });
  });

  test('start: 0 when ready, 0 with a warning when degraded, 1 when failed, 7 when not yet', async () => {
    expect((await run('start', 'web')).code).toBe(0);
    core.startEndsIn = { state: 'degraded', error: { code: 'unreachable', message: 'the cluster is away.' } };
    const degraded = await run('start', 'web');
    expect(degraded).toMatchObject({ code: 0, stderr: 'Warning: web runs, but the cluster is away.\n' });
    core.startEndsIn = { state: 'failed', error: { code: 'start-failed', message: 'it ended.' } };
    expect((await run('start', 'web')).code).toBe(1);
    core.startEndsIn = { state: 'starting', error: null };
    expect(await run('start', 'web', '--wait', '1s')).toMatchObject({ code: 7, stderr: 'web is still starting.\n' });
    expect((await run('start', 'web', '--wait', '0')).code).toBe(0);
    expect((await run('stop', '--all')).code).toBe(0);
  });

  test('status: 1 when a server that should run does not', async () => {
    expect((await run('status')).code).toBe(0);
    core.startEndsIn = { state: 'failed', error: null };
    expect((await run('status')).code).toBe(1);
  });

  test('doctor: the ladder, 1 when a rung fails', async () => {
    const ran = await run('doctor', '--report', join(folder, 'report.json'));
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(
      'context:lab\n  ok    Kubeconfig: one context (1 ms)\n  FAIL  TCP: refused (2 ms)\n        Start it.',
    );
    expect(ran.stdout).toContain('1 passed, 0 warnings, 1 failed, 0 skipped');
    expect((await stat(join(folder, 'report.json'))).mode & 0o777).toBe(0o600);
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ berth: '9.9.9', target: 'everything', results: [{ id: 'parse' }, { id: 'tcp' }] });
    expect(JSON.parse((await run('doctor', 'web', '-o', 'json')).stdout)).toHaveLength(2);
    expect((await run('doctor', 'nope')).code).toBe(4);
  });
});

describe('inputs', () => {
  test('add types its options by the preset and sends the rest as it is', async () => {
    await run(
      'add',
      'kubernetes-mcp-server',
      '--name',
      'mine',
      '--context',
      'lab',
      '--set',
      'log-level=3',
      '--set',
      'stateless=yes',
      '--guard',
      'full',
    );
    expect(inputOf('servers.add')).toEqual({
      preset: 'kubernetes-mcp-server',
      slug: 'mine',
      context: 'lab',
      guard: 'full',
      options: { 'log-level': 3, stateless: true },
      start: false,
    });
    expect(inputOf('servers.start')).toBeUndefined();
  });

  test('add --start waits for the state', async () => {
    expect((await run('add', 'kubernetes-mcp-server', '--start', '--wait', '5s')).code).toBe(0);
    expect(inputOf('servers.start')).toEqual({ slugs: ['web'], all: false, waitMs: 5_000 });
  });

  test('set changes only what is named; empty and --unset remove', async () => {
    await run('set', 'web', 'log-level=2', '--unset', 'stateless', '--namespace', '', '--context', 'active');
    expect(inputOf('servers.update')).toEqual({
      slug: 'web',
      options: { 'log-level': 2, stateless: null },
      namespace: null,
      context: 'active',
    });
  });

  test('call takes arguments typed by the tool, as JSON, and from stdin', async () => {
    await run('call', 'web', 'pods_list', '--args', '{"namespace":"a"}', '--arg', 'limit=5');
    expect(inputOf('servers.call')).toEqual({
      slug: 'web',
      tool: 'pods_list',
      args: { namespace: 'a', limit: 5 },
      who: 'cli',
    });
    core.seen.length = 0;
    await berth(['call', 'web', 'pods_list', '--args', '-'], { env, stdin: '{"namespace":"b"}\n' });
    expect(inputOf('servers.call')).toMatchObject({ args: { namespace: 'b' } });
  });

  test('secrets come from a prompt that shows nothing, or from stdin, never from the command line', async () => {
    const typed = new Terminal(['secrets', 'set', 'my-token'], { env, typed: 'hunterX\u007f2\r' });
    const ran = await typed.done;
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toContain('Value of my-token: ');
    expect(ran.stderr).toContain('secret:my-token');
    expect(ran.stderr).toContain('Only until Berth ends');
    expect(ran.stderr).not.toContain('hunter');
    expect(typed.rawMode).toEqual([true, false]);
    expect(inputOf('secrets.set')).toEqual({ name: 'my-token', value: 'hunter2' });
    core.seen.length = 0;
    await berth(['secrets', 'set', 'my-token'], { env, stdin: 'from a pipe\n' });
    expect(inputOf('secrets.set')).toEqual({ name: 'my-token', value: 'from a pipe' });
    expect((await berth(['secrets', 'set', 'my-token'], { env, stdin: '' })).code).toBe(2);
    expect((await run('secrets', 'set', 'my-token', 'on-the-command-line')).code).toBe(2);
    const stopped = await berth(['secrets', 'set', 'my-token'], { env, typed: 'abc\u0003' });
    expect(stopped.code).not.toBe(0);
  });
});

describe('logs', () => {
  test('lines as text and as an array', async () => {
    expect((await run('logs', 'web')).stdout.split('\n')[0]).toBe('2026-11-21T11:00:00.000Z stderr INFO  line 1');
    expect(JSON.parse((await run('logs', 'web', '-o', 'json')).stdout)).toHaveLength(3);
    expect((await run('logs', 'nope')).code).toBe(4);
  });

  test('--export writes all parts to a private file, and replaces none without --force', async () => {
    const file = join(folder, 'web.log');
    const ran = await run('logs', 'web', '--export', file, '--level', 'warn');
    expect(ran).toEqual({ code: 0, stdout: '', stderr: `2 lines are in ${file}.\n` });
    expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(inputOf('logs.export')).toEqual({ slug: 'web', level: 'warn' });
    await writeFile(file, 'mine');
    expect(await run('logs', 'web', '--export', file)).toMatchObject({ stderr: expect.stringContaining('--force') });
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await run('logs', 'web', '--export', file, '--force')).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
    expect((await run('logs', 'web', '--export', join(folder, 'none', 'x.log'))).code).toBe(2);
    expect((await run('logs', 'web', '--export', file, '--tail', '5')).code).toBe(2);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('-f goes on until Ctrl-C, which is 130; json is one object a line', async () => {
    const following = new Terminal(['logs', 'web', '-f', '-o', 'json'], { env });
    await following.shows('line 3');
    following.interrupt();
    const ran = await following.done;
    expect(ran).toMatchObject({ code: 130, stderr: '' });
    expect(
      ran.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2, 3]);
    await core.aborted;
  });
});

test('Ctrl-C during a call cancels it in the core', async () => {
  const calling = new Terminal(['call', 'web', 'slow'], { env });
  while (!core.seen.some(({ name }) => name === 'servers.call')) await new Promise(setImmediate);
  calling.interrupt();
  expect((await calling.done).code).toBe(130);
  await core.aborted;
});

test('open prints the link; quit waits until Berth has gone', async () => {
  expect(await run('open', '--no-browser')).toEqual({
    code: 0,
    stdout: 'http://127.0.0.1:9/auth?code=once\n',
    stderr: '',
  });
  expect(await run('quit')).toEqual({ code: 0, stdout: '', stderr: 'Berth has stopped.\n' });
  expect((await run('status')).code).toBe(3);
});

test('completion offers commands, flags, choices and the names that the running core knows', async () => {
  const complete = async (...words: string[]) => (await run('__complete', '--', ...words)).stdout.trim().split('\n');
  expect(await complete('ser')).toEqual(['serve', 'servers']);
  expect(await complete('start', '')).toEqual(['web']);
  expect(await complete('install', 'cursor', '')).toEqual(['all', 'web']);
  expect(await complete('connect', 'all', '--mode', '')).toEqual(['search', 'tools']);
  expect(await complete('start', '--a')).toEqual(['--all']);
  expect(await complete('add', 'k')).toEqual(['kubernetes-mcp-server']);
  expect(await complete('add', 'x', '--guard', '')).toEqual(['ask', 'full', 'read-only']);
  expect(await complete('completion', 'z')).toEqual(['zsh']);
  expect(await complete('secrets', '')).toEqual(['list', 'rm', 'set']);
  expect(await complete('servers', '-o', 'j')).toEqual(['json']);
});
