import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBridgeShim } from '../../../main/core/bridge-shim.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-shim-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.skipIf(process.platform === 'win32')('the shim that client files point to', () => {
  async function write(bridge: string) {
    return writeBridgeShim({
      folder: join(folder, 'bin'),
      runtime: process.execPath,
      bridge,
      socket: '/run/user/1000/berth-1/mcp.sock',
      start: ['/opt/it\'s "here"/berth', '--hidden'],
      env: { BERTH_HOME: "/home/o'brien/my berth", PATH: '/nowhere' },
      platform: process.platform,
    });
  }

  it('starts the bridge with what it needs from an empty environment, whatever the paths hold', async () => {
    const bridge = join(folder, "a bridge's file.mjs");
    await writeFile(
      bridge,
      'const { BERTH_HOME, BERTH_START_COMMAND } = process.env;\nconsole.log(JSON.stringify({ args: process.argv.slice(2), BERTH_HOME, start: JSON.parse(BERTH_START_COMMAND) }));',
    );
    const { command, args } = await write(bridge);
    const { stdout } = await promisify(execFile)(command, [...args, 'connect', 'cluster', '--client', 'a b'], {
      env: {},
    });
    expect(JSON.parse(stdout)).toEqual({
      args: ['connect', 'cluster', '--client', 'a b', '--socket', '/run/user/1000/berth-1/mcp.sock'],
      BERTH_HOME: "/home/o'brien/my berth",
      start: ['/opt/it\'s "here"/berth', '--hidden'],
    });
  });

  it('keeps its path when Berth moves on, and leaves no litter', async () => {
    const first = await write('/old/bridge.js');
    const second = await write('/new/bridge.js');
    expect(second).toEqual(first);
    expect(await readdir(join(folder, 'bin'))).toEqual(['berth']);
    expect((await stat(first.command)).mode & 0o777).toBe(0o700);
  });
});

it('is the runtime itself on Windows, where clients cannot start scripts', async () => {
  const command = await writeBridgeShim({
    folder: join(folder, 'bin'),
    runtime: 'C:\\Berth\\Berth.exe',
    bridge: 'C:\\Berth\\resources\\bridge.js',
    socket: '\\\\.\\pipe\\berth-1-mcp',
    start: ['C:\\Berth\\Berth.exe', '--hidden'],
    env: {},
    platform: 'win32',
  });
  expect(command).toEqual({
    command: 'C:\\Berth\\Berth.exe',
    args: ['C:\\Berth\\resources\\bridge.js', '--socket', '\\\\.\\pipe\\berth-1-mcp'],
    env: { ELECTRON_RUN_AS_NODE: '1', BERTH_START_COMMAND: '["C:\\\\Berth\\\\Berth.exe","--hidden"]' },
  });
});
