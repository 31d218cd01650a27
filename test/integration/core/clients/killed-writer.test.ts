import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWriter } from '../../../fixtures/clients/build-writer.ts';
import { plainService } from '../../../fixtures/clients/plain-service.ts';

const rows = fileURLToPath(new URL('../../../../assets/clients', import.meta.url));
const preload = new URL('../../../fixtures/clients/kill-at-step.mjs', import.meta.url).href;
const client = 'claude-desktop';
const original = '{\n\t"theme": "dark",\r\n\t"mcpServers": { "x": {"command": "y"} } }\n\n';
/** Short, so that a lock which a killed one left is not waited for long; any is longer than a write. */
const staleMs = 250;

type Action = 'install' | 'uninstall';

describe('a Berth that is killed at any step of a write', () => {
  let tools: string;
  let program: string;

  beforeAll(async () => {
    tools = await mkdtemp(join(tmpdir(), 'berth-killed-'));
    program = await buildWriter(tools, 'one-change');
    const row = await readFile(join(rows, `${client}.yaml`), 'utf8');
    for (const kind of ['mkdir', 'owner-file']) {
      await mkdir(join(tools, kind));
      const lock = `lock: { path: '$\{file}.lock', kind: ${kind}, staleMs: ${staleMs} }\n`;
      await writeFile(join(tools, kind, `${client}.yaml`), row + lock);
    }
  });
  afterAll(() => rm(tools, { recursive: true, force: true }));

  const berth = plainService;

  const run = async (home: string, registry: string, action: Action, when: string, at: number) => {
    const child = spawn(process.execPath, ['--import', preload, program, home, registry, action], {
      env: { ...process.env, KILL_WHEN: when, KILL_AT: String(at) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [code, signal] = await once(child, 'close');
    return { code, signal, said };
  };

  const allFiles = async (folder: string) =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)) + (entry.isDirectory() ? '/' : ''))
      .sort();

  // What is there before a call is what was there after the one before it, so one of the two is enough where it is not the first.
  it.each([
    ['a file that was there', 'install', original, null, ['before', 'after']],
    ['a file that was there', 'uninstall', original, null, ['after']],
    ['a file that Berth makes', 'install', null, null, ['after']],
    ['a file that Berth makes', 'uninstall', null, null, ['after']],
    ['a file with a lock of proper-lockfile', 'install', original, 'mkdir', ['after']],
    ['a file with a lock of Cline', 'install', original, 'owner-file', ['after']],
  ] as const)(
    '%s: %s leaves the old bytes or the new ones, a record that fits, and no litter',
    async (_what, action, before, lock, moments) => {
      const registry = lock === null ? rows : join(tools, lock);
      const start = await mkdtemp(join(tools, 'start-'));
      const { file } = await (await berth(start, registry)).get(client);
      const inHome = relative(start, file);
      const read = (home: string) => readFile(join(home, inHome), 'utf8').catch(() => null);
      if (before !== null) {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, before);
      }
      const untouched = await allFiles(start);
      const blank = await mkdtemp(join(tools, 'blank-'));
      await cp(start, blank, { recursive: true });
      await (await berth(start, registry)).install({ client, slugs: ['a'] });
      const installed = await read(start);
      // What the killed one starts from: the record names the file by its path, so each round has the same home.
      if (action === 'install') await refill(start, blank);
      const origin = await mkdtemp(join(tools, 'origin-'));
      await cp(start, origin, { recursive: true });

      let steps = 0;
      for (const when of moments) {
        for (let at = 1; ; at++) {
          await refill(start, origin);
          const { code, signal, said } = await run(start, registry, action, when, at);
          if (signal === null) {
            expect(code, said).toBe(0);
            steps = JSON.parse(said).length;
            expect(at).toBe(steps + 1);
            break;
          }
          const where = `killed ${when} call ${at} of ${action}`;
          expect(signal, where).toBe('SIGKILL');
          const text = await read(start);
          expect([before, installed], where).toContain(text);
          const clients = await berth(start, registry);
          expect((await clients.get(client)).entries, where).toEqual(
            text === installed ? [{ slug: 'a', name: 'berth-a', via: 'bridge', state: 'installed' }] : [],
          );
          await clients.install({ client, slugs: ['a'] });
          expect(await read(start), where).toBe(installed);
          await clients.uninstall({ client });
          expect(await read(start), where).toBe(before);
          const left = await allFiles(start);
          expect(
            left.filter((name) => !name.startsWith('state/')),
            where,
          ).toEqual(untouched);
          expect(
            left.filter((name) => /\.tmp$|locks\/.*\/[^/]+$/.test(name)),
            where,
          ).toEqual([]);
        }
      }
      expect(steps).toBeGreaterThan(25);
    },
    600_000,
  );
});

async function refill(folder: string, from: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(from, folder, { recursive: true });
}
