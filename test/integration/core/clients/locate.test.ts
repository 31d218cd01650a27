import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientMachine, detectClient, locateClient } from '../../../../main/core/clients/locate.ts';
import { type ClientRow, loadClientRegistry } from '../../../../main/core/clients/registry.ts';
import { writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

const rows = await loadClientRegistry(fileURLToPath(new URL('../../../../assets/clients', import.meta.url)));
const rowOf = (id: string): ClientRow => {
  const row = rows.find((one) => one.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
};

let home: string;
let machine: ClientMachine;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-locate-'));
  machine = { platform: 'linux', home, env: { PATH: join(home, 'bin') } };
});
afterEach(() => rm(home, { recursive: true, force: true }));

const touch = (...path: string[]) => writeDeep(join(home, ...path), '{}');
const addProgram = async (name: string) => {
  await touch('bin', name);
  await chmod(join(home, 'bin', name), 0o755);
};

/** Launchers below the home folder only: what stands in /usr is this machine's. */
const atHome = (row: ClientRow): ClientRow => {
  const linux = row.detect.linux;
  if (linux === undefined) throw new Error(`no detection for ${row.id}`);
  return { ...row, detect: { linux: { ...linux, apps: linux.apps.filter((path) => path.startsWith('~')) } } };
};

describe('detectClient on Linux', () => {
  it.each(rows.filter((row) => (row.detect.linux?.commands.length ?? 0) > 0).map((row) => [row.id, row] as const))(
    'finds %s by each of its programs, if it can be run',
    async (_id, row) => {
      for (const command of row.detect.linux?.commands ?? []) {
        expect(await detectClient(atHome(row), machine)).toBe('absent');
        await addProgram(command);
        expect(await detectClient(atHome(row), machine)).toBe('found');
        await chmod(join(home, 'bin', command), 0o644);
        expect(await detectClient(atHome(row), machine)).toBe('absent');
      }
    },
  );

  it.each(rows.map((row) => [row.id, row] as const))(
    'calls what %s leaves behind a trace, not the application',
    async (_id, row) => {
      for (const folder of row.detect.linux?.folders ?? []) {
        const path = folder.replace(/\$\{\w+:-([^}]*)\}/, '$1').replace('~', home);
        await mkdir(path, { recursive: true });
        expect(await detectClient(atHome(row), machine)).toBe('traces');
        await rm(path, { recursive: true });
      }
    },
  );

  it('finds applications by the launcher in the home folder, Flatpaks by their folder, extensions by theirs', async () => {
    await touch('.local/share/applications/kiro.desktop');
    await mkdir(join(home, '.local/share/flatpak/app/com.visualstudio.code'), { recursive: true });
    await mkdir(join(home, '.cursor/extensions/saoudrizwan.claude-dev-4.0.3'), { recursive: true });
    for (const id of ['kiro', 'vscode', 'cline']) expect(await detectClient(rowOf(id), machine)).toBe('found');
  });

  it('looks where the environment says', async () => {
    await mkdir(join(home, 'elsewhere'));
    const env = { ...machine.env, CLAUDE_CONFIG_DIR: join(home, 'elsewhere') };
    expect(await detectClient(atHome(rowOf('claude-code')), { ...machine, env })).toBe('traces');
  });
});

describe('locateClient', () => {
  const flatpak = '.var/app/com.visualstudio.code/config/Code/User';

  it('chooses a Flatpak where only that is used, and knows that it takes a URL there', async () => {
    await mkdir(join(home, flatpak), { recursive: true });
    expect(await locateClient(rowOf('vscode'), machine)).toEqual({
      file: join(home, flatpak, 'mcp.json'),
      label: 'Flatpak',
      via: 'url',
      unverified: true,
      pinned: false,
      others: [],
    });
  });

  it('prefers the usual place and names the other ones that are in use', async () => {
    await touch('.config/Code/User/mcp.json');
    await touch('.config/Code/User/profiles/-1f2/mcp.json');
    await touch(flatpak, 'mcp.json');
    expect(await locateClient(rowOf('vscode'), machine)).toMatchObject({
      file: join(home, '.config/Code/User/mcp.json'),
      label: null,
      via: null,
      others: [
        { file: join(home, '.config/Code/User/profiles/-1f2/mcp.json'), label: 'profile', via: null },
        { file: join(home, flatpak, 'mcp.json'), label: 'Flatpak', via: 'url' },
      ],
    });
  });

  it('never chooses a profile by itself', async () => {
    await touch('.config/Code/User/profiles/-1f2/mcp.json');
    const place = await locateClient(rowOf('vscode'), machine);
    expect(place?.file).toBe(join(home, '.config/Code/User/mcp.json'));
    expect(place?.others.map(({ label }) => label)).toEqual(['profile']);
  });

  it('takes the pinned file, with what is known of it', async () => {
    await touch('.config/Code/User/mcp.json');
    await touch(flatpak, 'mcp.json');
    expect(await locateClient(rowOf('vscode'), machine, `~/${flatpak}/mcp.json`)).toMatchObject({
      file: join(home, flatpak, 'mcp.json'),
      label: 'Flatpak',
      via: 'url',
      pinned: true,
      others: [{ file: join(home, '.config/Code/User/mcp.json') }],
    });
    expect(await locateClient(rowOf('vscode'), machine, '/portable/mcp.json')).toMatchObject({
      file: '/portable/mcp.json',
      label: null,
      via: null,
      pinned: true,
    });
  });

  it('takes the pinned file also instead of an override, and where no place is known at all', async () => {
    const env = { ...machine.env, CLAUDE_CONFIG_DIR: '/o' };
    expect((await locateClient(rowOf('claude-code'), { ...machine, env }, '/p.json'))?.file).toBe('/p.json');
    const nowhere = { ...rowOf('cursor'), paths: {} };
    expect(await locateClient(nowhere, machine)).toBeNull();
    expect((await locateClient(nowhere, machine, '/p.json'))?.file).toBe('/p.json');
  });

  it('takes the older of two places when only that is in use', async () => {
    await touch('.cache/lm-studio/mcp.json');
    expect(await locateClient(rowOf('lm-studio'), machine)).toMatchObject({ label: 'older LM Studio' });
    await touch('.lmstudio/mcp.json');
    expect(await locateClient(rowOf('lm-studio'), machine)).toMatchObject({
      label: null,
      others: [{ label: 'older LM Studio' }],
    });
  });
});
