import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../../e2e/support/free-port.ts';
import { processesOf } from '../../../e2e/support/processes.ts';
import { type Bench, fixture, isAlive, openBench } from './harness.ts';
import type { Hosted } from './host.ts';

let bench: Bench;
let bundle: Bench;
let host: string;

beforeAll(async () => {
  bundle = await openBench();
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('./host.ts', import.meta.url)),
      outDir: bundle.folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'host.mjs' } },
    },
    ssr: { noExternal: true },
  });
  host = join(bundle.folder, 'host.mjs');
});
afterAll(() => bundle.end());

const strays = new Set<number>();
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  for (const pid of strays) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  strays.clear();
  await bench.end();
});

interface Host {
  process: ChildProcess;
  exited: Promise<void>;
  /** Of its server. */
  pid: number;
  lines: string[];
}

const overStdio = (script: string): Hosted => ({ args: [fixture(script)], transport: 'stdio', url: null });

/** Another Berth with the same ledger that supervises this server and, when it is ready, prepares the next beside it. Resolves when a line matches. */
async function startHost(server: Hosted, until = /^ready (\d+)/, next?: Hosted): Promise<Host> {
  const plans = [server, ...(next ? [next] : [])].map((plan) => JSON.stringify(plan));
  const args = [host, join(bench.folder, 'ledger.json'), bench.folder, ...plans];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines: string[] = [];
  const pid = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const started = / \(pid (\d+)\)\.$/.exec(line)?.[1];
      if (started) strays.add(Number(started));
      const found = until.exec(line)?.[1];
      if (found) resolve(Number(found));
    });
    void exited.then(() => reject(new Error(`the host ended early: ${lines.join('\n')}`)));
  });
  strays.add(pid);
  return { process: child, exited, pid, lines };
}

async function kill(hosted: Host): Promise<void> {
  hosted.process.kill('SIGKILL');
  await hosted.exited;
}

/** Pids of the lifelines that hold this group. */
async function lifelinesOf(group: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('berth-lifeline') && command.endsWith(`\0${group}\0`)) found.push(Number(pid));
  }
  return found;
}

test('nothing survives a SIGKILL of Berth: neither a server that ignores its end, nor its descendants', async () => {
  const family = await startHost(overStdio('grandchildren.mjs'));
  const pids = family.lines.flatMap((line) => /grandchild (\d+)/.exec(line)?.[1] ?? []).map(Number);
  for (const pid of pids) strays.add(pid);
  expect([family.pid, ...pids].map(isAlive)).toEqual([true, true, true]);
  await kill(family);
  await expect.poll(() => [family.pid, ...pids].map(isAlive), { timeout: 10_000 }).toEqual([false, false, false]);
});

describe('nothing survives a SIGKILL of Berth', () => {
  test.each<[string, string, RegExp, string?]>([
    ['while a server starts', 'hangs-at-initialize.mjs', /^event: Started .* \(pid (\d+)\)/],
    ['while a server with descendants starts', 'grandchildren.mjs', /^stderr: grandchild (\d+)/],
    [
      'while a switch is under way',
      'ignores-sigterm.mjs',
      /^event: Started .*hangs-at-initialize.* \(pid (\d+)\)/,
      'hangs-at-initialize.mjs',
    ],
    [
      'while a switch to a server with descendants is under way',
      'good-stdio.mjs',
      /^stderr: grandchild (\d+)/,
      'grandchildren.mjs',
    ],
  ])('%s', async (_, script, until, next) => {
    const hosted = await startHost(overStdio(script), until, next ? overStdio(next) : undefined);
    await expectDeath(hosted, next ? 2 : 1);
  });

  test('of servers over HTTP, which do not read stdin', async () => {
    const port = String(await freePort());
    const args = [fixture('good-http.mjs'), '--port', port];
    await expectDeath(await startHost({ args, transport: 'http', url: `http://127.0.0.1:${port}/mcp` }), 1);
  });
});

/** Kills that Berth; at least so many processes of its servers ran before, and none does after. */
async function expectDeath(hosted: Host, servers: number): Promise<void> {
  const left = () => processesOf(bench.folder).filter(({ pid }) => pid !== hosted.process.pid);
  expect(left().length).toBeGreaterThanOrEqual(servers);
  await kill(hosted);
  await expect.poll(left, { timeout: 15_000 }).toEqual([]);
}

test.runIf(process.platform === 'linux')('a lifeline ends with its server and does nothing then', async () => {
  const { supervisor } = bench;
  supervisor.start('s', bench.planner('s', {}));
  await supervisor.waitFor('s', ['ready'], 10_000);
  const pid = supervisor.get('s')?.pid ?? 0;
  const [lifeline] = await lifelinesOf(pid);
  expect(lifeline && isAlive(lifeline)).toBe(true);
  await supervisor.stop('s');
  await expect.poll(() => lifelinesOf(pid)).toEqual([]);
});

test.runIf(process.platform === 'linux')('what even the lifeline missed is ended at the next start, once', async () => {
  const hosted = await startHost(overStdio('ignores-sigterm.mjs'));
  for (const pid of await lifelinesOf(hosted.pid)) process.kill(pid, 'SIGKILL');
  await kill(hosted);
  expect(isAlive(hosted.pid)).toBe(true);
  const report = await bench.supervisor.reapOrphans();
  expect(report).toMatchObject({ reaped: [{ pid: hosted.pid, slug: 'hosted' }], kept: [], gone: [] });
  expect(isAlive(hosted.pid)).toBe(false);
  expect(bench.log.text()).toContain(`Ended ${process.execPath} (pid ${hosted.pid})`);
  expect(await bench.supervisor.reapOrphans()).toEqual({ reaped: [], kept: [], gone: [] });
  expect(JSON.parse(await readFile(join(bench.folder, 'ledger.json'), 'utf8'))).toEqual({ version: 1, processes: [] });
});

test.runIf(process.platform === 'linux')(
  'the servers of a Berth that still runs are left alone, and named',
  async () => {
    const hosted = await startHost(overStdio('good-stdio.mjs'));
    const report = await bench.supervisor.reapOrphans();
    expect(report.reaped).toEqual([]);
    expect(report.kept).toMatchObject([{ entry: { pid: hosted.pid }, reason: 'the Berth that started it still runs' }]);
    expect(isAlive(hosted.pid)).toBe(true);
    await kill(hosted);
    await expect.poll(() => isAlive(hosted.pid)).toBe(false);
  },
);

test.runIf(process.platform === 'linux')('a process that cannot be proven to be ours is never touched', async () => {
  const hosted = await startHost(overStdio('ignores-sigterm.mjs'));
  for (const pid of await lifelinesOf(hosted.pid)) process.kill(pid, 'SIGKILL');
  await kill(hosted);
  const file = join(bench.folder, 'ledger.json');
  const ledger = JSON.parse(await readFile(file, 'utf8'));
  const [entry] = ledger.processes;
  const written = [
    { ...entry, startTime: `${entry.startTime}0` },
    { ...entry, executable: '/usr/bin/something-else' },
  ];
  await writeFile(file, JSON.stringify({ version: 1, processes: written }));
  const report = await bench.supervisor.reapOrphans();
  expect(report).toMatchObject({ reaped: [], gone: [written[0]], kept: [{ entry: written[1] }] });
  expect(isAlive(hosted.pid)).toBe(true);
});

test('a ledger that cannot be read reaps nothing and stops nothing', async () => {
  await writeFile(join(bench.folder, 'ledger.json'), '{"version":1,"processes":[{"pid":1}]}');
  expect(await bench.supervisor.reapOrphans()).toEqual({ reaped: [], kept: [], gone: [] });
  expect(bench.log.text()).toContain('ledger of the last run is not readable');
  bench.supervisor.start('s', bench.planner('s', {}));
  await bench.supervisor.waitFor('s', ['ready'], 10_000);
});

test('a ledger that cannot be written stops nothing', async () => {
  await rm(bench.folder, { recursive: true });
  await writeFile(bench.folder, 'in the way');
  const { supervisor } = bench;
  const plan = bench.plan('s', {});
  supervisor.start('s', async () => ({
    plan: { ...plan, process: plan.process && { ...plan.process, cwd: `${bench.folder}-elsewhere` } },
    release: () => rm(`${bench.folder}-elsewhere`, { recursive: true }),
  }));
  await supervisor.waitFor('s', ['ready'], 10_000);
  await bench.log.matches(/(ledger cannot be written)/, 1);
  await supervisor.stop('s');
});
