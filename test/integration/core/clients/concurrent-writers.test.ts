import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildWriter } from '../../../fixtures/clients/build-writer.ts';
import { plainService } from '../../../fixtures/clients/plain-service.ts';

const rows = fileURLToPath(new URL('../../../../assets/clients', import.meta.url));
const client = 'claude-desktop';
/** Of each of the five; all together in `long`: a thousand. */
const ROUNDS = Number(process.env.WRITE_ROUNDS ?? 50) / 5;
const original = '{\n\t"theme": "dark",\r\n\t"mcpServers": { "x": {"command": "y"} } }\n\n';

describe('several Berths and one file', () => {
  let tools: string;
  let writer: string;
  let home: string;
  let file: string;
  const children: ChildProcess[] = [];

  const startWriter = (slug: string, rounds: number) => {
    const child = spawn(process.execPath, [writer, home, rows, slug, String(rounds)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let errors = '';
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const ended = once(child, 'exit').then(([code, signal]) => ({ slug, code, signal, errors }));
    const ready = child.stdout ? once(createInterface({ input: child.stdout }), 'line') : Promise.resolve();
    return { child, ready, ended };
  };
  const berth = () => plainService(home, rows);

  beforeAll(async () => {
    tools = await mkdtemp(join(tmpdir(), 'berth-writer-'));
    writer = await buildWriter(tools);
  });
  afterAll(() => rm(tools, { recursive: true, force: true }));
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'berth-clients-'));
    const clients = await berth();
    file = (await clients.get(client)).file;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, original);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  it('five processes that write at once lose no entry, and the bytes come back', async () => {
    const slugs = ['a', 'b', 'c', 'd', 'e'];
    const results = await Promise.all(slugs.map((slug) => startWriter(slug, ROUNDS).ended));
    expect(results).toEqual(slugs.map((slug) => ({ slug, code: 0, signal: null, errors: '' })));
    const { mcpServers } = JSON.parse(await readFile(file, 'utf8'));
    expect(Object.keys(mcpServers).sort()).toEqual([...slugs.map((slug) => `berth-${slug}`), 'x'].sort());
    const clients = await berth();
    expect(await clients.get(client)).toMatchObject({ state: 'installed' });
    await clients.uninstall({ client });
    expect(await readFile(file, 'utf8')).toBe(original);
    const locks = await readdir(join(home, 'state', 'clients', 'locks'), { recursive: true, withFileTypes: true });
    expect(locks.filter((entry) => entry.isFile())).toEqual([]);
  }, 600_000);

  const journalSize = () =>
    stat(join(home, 'state', 'clients', 'journal.jsonl')).then(
      ({ size }) => size,
      () => 0,
    );

  it('a process that is killed while it writes leaves the old file or the new one, and a record that fits', async () => {
    for (let round = 0; round < 10; round++) {
      const { child, ready, ended } = startWriter('a', 0);
      await ready;
      const journaled = await journalSize();
      await expect.poll(journalSize, { interval: 1, timeout: 20_000 }).toBeGreaterThan(journaled);
      // It is in the midst of writing; some time later, where exactly is the point of doing it often.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      child.kill('SIGKILL');
      expect(await ended).toMatchObject({ signal: 'SIGKILL', errors: '' });

      const text = await readFile(file, 'utf8');
      const { mcpServers, theme } = JSON.parse(text);
      expect({ theme, x: mcpServers.x }).toEqual({ theme: 'dark', x: { command: 'y' } });
      const installed = 'berth-a' in mcpServers;
      if (!installed) expect(text).toBe(original);
      const clients = await berth();
      expect((await clients.get(client)).entries).toEqual(
        installed ? [{ slug: 'a', name: 'berth-a', via: 'bridge', state: 'installed' }] : [],
      );
      // Also clears what the killed one left beside the file.
      await clients.install({ client, slugs: ['a', 'b'] });
      expect(await readdir(dirname(file))).toEqual([file.slice(dirname(file).length + 1)]);
      await clients.uninstall({ client });
      expect(await readFile(file, 'utf8')).toBe(original);
    }
  });
});
