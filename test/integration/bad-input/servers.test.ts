import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogLine } from '../../../contract/model/log.ts';
import type { Server } from '../../../contract/model/server.ts';
import { Sandbox } from '../../e2e/support/sandbox.ts';
import { type Bench, openBench } from '../core/supervisor/harness.ts';
import { dock, fixtureServer } from './support.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  // No kubectl and no krew on this machine.
  sandbox = new Sandbox({ env: { PATH: '/usr/bin:/bin' } });
  await sandbox.serve({ args: ['--demo'] });
});

afterAll(() => sandbox.dispose());

describe('a program that is missing', () => {
  it('of a preset: the server fails at once, with the way to get it, and is not tried again', async () => {
    const added = await sandbox.cli('add', 'mkp', '--name', 'mkp', '--context', 'demo-staging', '--start');
    expect(added.code).toBe(1);
    const { state, restarts, error } = await sandbox.json<Server>('servers', 'mkp');
    expect({ state, restarts }).toEqual({ state: 'failed', restarts: 0 });
    expect(error).toMatchObject({ code: 'command-missing', hint: expect.stringMatching(/\S/) });
    expect(added.stdout).toContain(error?.message);
    expect(added.stdout).toContain(error?.hint);
    expect((await sandbox.cli('presets')).stdout).toMatch(/^mkp +missing/m);
  });

  it('of the user: names it; calls of its tools say so too', async () => {
    const added = await sandbox.cli(
      ...['add', 'command', '--name', 'nothing', '--context', 'none', '--set', 'command=/no/such/program', '--start'],
    );
    expect(added.code).toBe(1);
    expect(added.stdout).toContain('/no/such/program');
    const called = await sandbox.cli('call', 'nothing', 'echo', '--arg', 'text=x');
    expect(called).toMatchObject({ code: 1, stdout: '' });
    expect(called.stderr).toContain('/no/such/program');
  });

  it('starts once it is there', async () => {
    const program = sandbox.path('program');
    await sandbox.cli(
      'add',
      'command',
      '--name',
      'late',
      '--context',
      'none',
      '--set',
      `command=${program}`,
      '--start',
    );
    expect(await sandbox.json<Server>('servers', 'late')).toMatchObject({ state: 'failed' });
    const script = `#!/bin/sh\nexec '${process.execPath}' '${fixtureServer('good-stdio.mjs')}'\n`;
    await writeFile(program, script, { mode: 0o755 });
    expect(await sandbox.json<Server[]>('start', 'late')).toMatchObject([{ state: 'ready', error: null }]);
  });
});

describe('a server that prints noise on stdout', () => {
  it('works all the same, and the noise is in its log', async () => {
    expect(await dock(sandbox, 'noisy', 'noisy-stdout.mjs', '--start')).toMatchObject({ code: 0 });
    expect(await sandbox.cli('call', 'noisy', 'echo', '--arg', 'text=clear')).toMatchObject({
      code: 0,
      stdout: 'clear\n',
      stderr: '',
    });
    const lines = await sandbox.json<LogLine[]>('logs', 'noisy', '--level', 'warn');
    const noise = lines.filter((line) => line.stream === 'stdout').map((line) => line.text);
    expect(noise).toEqual(
      expect.arrayContaining(['*** Welcome to the noisy server ***', '{"jsonrpc":"2.0"}', '{broken', 'still here']),
    );
  });
});

describe('a server that never answers', () => {
  let bench: Bench;

  afterAll(async () => {
    await bench.end();
    await rm(bench.folder, { recursive: true, force: true });
  });

  it('is given up at its deadline, with its last words, and tried again as often as is sensible', async () => {
    bench = await openBench({ failedStartLimit: 2 });
    const run = [fixtureServer('hangs-at-initialize.mjs')];
    bench.supervisor.start('mute', bench.planner('mute', { run, startTimeoutMs: 700 }));
    const { error, pid } = await bench.supervisor.waitFor('mute', ['failed'], 30_000);
    expect(pid).toBeNull();
    expect(error).toMatchObject({
      code: 'timed-out',
      message: expect.stringMatching(/^2 starts in a row failed\. The last time: .*initialize/),
      hint: expect.stringMatching(/\S/),
      details: { lines: ['fixture: dialing the API server'] },
    });
  });

  it('is waited for as long as the user says, and can be stopped meanwhile', async () => {
    const started = await dock(sandbox, 'mute', 'hangs-at-initialize.mjs', '--start', '--wait', '1s');
    expect(started.code).toBe(7);
    expect(started.stderr).toContain('mute is still starting.');
    expect(await sandbox.cli('stop', 'mute')).toMatchObject({ code: 0 });
    expect(sandbox.processes().filter(({ command }) => command.includes('hangs-at-initialize'))).toEqual([]);
  });
});

describe('arguments of a tool that do not fit', () => {
  beforeAll(async () => {
    await dock(sandbox, 'good', 'good-stdio.mjs', '--start');
    await sandbox.cli('add', 'kubernetes-mcp-server', '--name', 'real', '--context', 'demo-staging', '--start');
  });

  it.each([
    ['a word for a number', ['--arg', 'a=one', '--arg', 'b=2'], '"a" takes number, not "one".'],
    ['no assignment', ['--arg', 'a'], '"a" is not of the form NAME=VALUE.'],
    ['text that is not JSON', ['--args', '{a: 1}'], '--args takes one JSON object.'],
    ['JSON that is no object', ['--args', '[1]'], '--args takes one JSON object.'],
  ])('%s is refused before anything is called, with exit code 2', async (_what, args, message) => {
    const ran = await sandbox.cli('call', 'good', 'add', ...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  it("what only the server knows is the server's answer, with exit code 5", async () => {
    const ran = await sandbox.cli('call', 'real', 'pods_get', '--args', '{"namespace":"shop"}');
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(/name/);
    expect(await sandbox.json<Server>('servers', 'real')).toMatchObject({ state: 'ready', restarts: 0 });
  });

  it('a tool that is not there has exit code 4, a stopped server 3, a server that is not there 4', async () => {
    const missing = await sandbox.cli('call', 'good', 'no_such_tool');
    expect(missing.code).toBe(4);
    expect(missing.stdout + missing.stderr).toContain('no_such_tool');
    await sandbox.cli('stop', 'good');
    const stopped = await sandbox.cli('call', 'good', 'echo', '--arg', 'text=x');
    expect(stopped).toMatchObject({ code: 3, stdout: '' });
    expect(stopped.stderr).toContain('berth start good');
    expect((await sandbox.cli('call', 'nobody', 'echo')).code).toBe(4);
  });
});
