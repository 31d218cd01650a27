import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuditLog, type AuditLogOptions } from '../../../../main/core/audit/audit-log.ts';
import { auditedCall } from '../../../fixtures/audit/audited-call.ts';
import { bundle } from '../../../fixtures/gateway/bundle.ts';

let home: string;
let folder: string;
let path: string;
const logs: AuditLog[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-audit-'));
  folder = join(home, 'logs');
  await mkdir(folder);
  path = join(folder, 'audit.jsonl');
});

afterEach(async () => {
  for (const log of logs.splice(0)) log.dispose();
  await rm(home, { recursive: true, force: true });
});

function open(change: Partial<AuditLogOptions> = {}): AuditLog {
  const options = { path, maxFileBytes: 1_000_000, maxFiles: 3, redact: (_slug: string, text: string) => text };
  const log = new AuditLog({ ...options, ...change });
  logs.push(log);
  return log;
}

/** Every line of every file, oldest first; each must be whole. */
async function allLines(): Promise<{ tool: string; arguments: string }[]> {
  const names = (await readdir(folder)).sort((a, b) => age(b) - age(a));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => {
    expect(text === '' || text.endsWith('\n')).toBe(true);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { tool: string; arguments: string });
  });
}

const age = (name: string) => Number(/\.(\d+)\./.exec(name)?.[1] ?? 0);

test('a call is one line that only its user may read, and is found again by another Berth', async () => {
  open().record(auditedCall({ args: { namespace: 'shop', password: 'hunter2' }, reason: null }));
  const [line] = (await readFile(path, 'utf8')).split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({
    client: 'cursor',
    tool: 'pods_list',
    arguments: '{"namespace":"shop","password":"[redacted]"}',
    argumentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    argumentBytes: 41,
  });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await open().query({})).toHaveLength(1);
});

test('what the server knows as secret is in neither arguments nor reason', async () => {
  const log = open({ redact: (slug, text) => (slug === 'web' ? text.replaceAll('s3cr3t', '…') : text) });
  log.record(auditedCall({ args: { query: 'is s3cr3t' }, outcome: 'error', reason: 'no s3cr3t here' }));
  expect(await readFile(path, 'utf8')).not.toContain('s3cr3t');
});

test('who has gone is read nothing more to', async () => {
  const log = open();
  for (let count = 0; count < 100; count += 1) log.record(auditedCall());
  const gone = AbortSignal.abort();
  await log.follow({}, () => expect.unreachable(), gone);
  expect(await log.query({}, gone)).toEqual([]);
  const leaving = new AbortController();
  const followed = log.follow({}, () => expect.unreachable(), leaving.signal);
  leaving.abort();
  await followed;
});

test('a secret that stands where the reason is cut is hidden as a whole', () => {
  const log = open({ redact: (_slug, text) => text.replaceAll('s3cr3t-value', '…') });
  const { reason } = log.record(
    auditedCall({ outcome: 'error', reason: `${'x'.repeat(295)}s3cr3t-value and more${'.'.repeat(400)}` }),
  );
  expect(reason).toBe(`${'x'.repeat(295)}… and`);
});

test('long arguments are cut, and their hash and size are those of the whole', async () => {
  const log = open();
  log.record(auditedCall({ args: { text: 'x'.repeat(100_000) } }));
  const [entry] = await log.query({});
  expect(entry?.arguments?.length).toBe(16_385);
  expect(entry?.argumentBytes).toBe(100_011);
});

test('answers the newest first, over all files, and no more than were asked for', async () => {
  const log = open({ maxFileBytes: 2_000 });
  for (let count = 0; count < 12; count += 1) log.record(auditedCall({ args: { count } }));
  expect(await readdir(folder)).toHaveLength(3);
  const counts = (await log.query({ limit: 7 })).map((entry) => JSON.parse(entry.arguments ?? '').count);
  expect(counts).toEqual([11, 10, 9, 8, 7, 6, 5]);
});

test('keeps files of bounded size and number', async () => {
  const log = open({ maxFileBytes: 2_000 });
  for (let count = 0; count < 100; count += 1) log.record(auditedCall({ args: { count } }));
  const names = await readdir(folder);
  expect(names.sort()).toEqual(['audit.1.jsonl', 'audit.2.jsonl', 'audit.jsonl']);
  for (const name of names) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(2_000);
  expect((await allLines()).at(-1)?.arguments).toBe('{"count":99}');
});

test('a line of ours that is longer than a block of the reader is found', async () => {
  const log = open({ maxFileBytes: 10_000_000 });
  log.record(auditedCall({ tool: `long-${'y'.repeat(600_000)}` }));
  log.record(auditedCall({ tool: 'short' }));
  expect((await log.query({})).map((entry) => entry.tool?.length)).toEqual([5, 600_005]);
});

test('what a crash of the machine left half written is cut off', async () => {
  open().record(auditedCall({ args: { count: 1 } }));
  await appendFile(path, '{"time":"2026-11-21T10:00:00Z","slug":"we');
  const log = open();
  log.record(auditedCall({ args: { count: 2 } }));
  expect((await allLines()).map((line) => line.arguments)).toEqual(['{"count":1}', '{"count":2}']);
});

test('lines of somebody else are passed over', async () => {
  await appendFile(path, 'not json\n{"time":1}\n\n');
  const log = open();
  log.record(auditedCall());
  expect(await log.query({})).toHaveLength(1);
});

test('a full disk is told with what is missing, stops nobody, and is over once there is room', async () => {
  await symlink('/dev/full', path);
  const log = open();
  let changes = 0;
  log.onDidChangeProblem(() => {
    changes += 1;
  });
  const seen: string[] = [];
  log.onDidRecord((entry) => seen.push(entry.tool ?? ''));
  log.record(auditedCall());
  log.record(auditedCall());
  expect(log.problem?.message).toContain('2 calls are missing');
  expect(seen).toHaveLength(2);
  await rm(path);
  log.record(auditedCall());
  expect(log.problem).toBeNull();
  expect(changes).toBe(3);
  expect(await allLines()).toHaveLength(1);
});

test('a killed Berth leaves only whole lines, and none of what it had recorded is missing', async () => {
  const program = await bundle('test/fixtures/audit/audit-writer-process.ts', home);
  for (let round = 0; round < 5; round += 1) {
    const child: ChildProcess = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    if (child.stdout) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await ended;
    const counts = (await allLines()).map((line) => Number(JSON.parse(line.arguments).count));
    expect(counts.length).toBeGreaterThan(0);
    // Each Berth counts from 0, and no count between is missing.
    counts.forEach((count, index) => {
      const before = counts[index - 1];
      if (before !== undefined) expect([0, before + 1]).toContain(count);
    });
  }
});
