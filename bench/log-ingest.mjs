import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, startBerth } from './lib/berth.mjs';
import { during } from './lib/during.mjs';
import { memoryOf, whyNoProc } from './lib/processes.mjs';
import { paired, percentile } from './lib/stats.mjs';

const LINES = 1_000_000;
/** Berth may take twice the time: half of the rate. */
const LIMIT = 2;
const POLL_MS = 5;
const LATEST_MS = 120_000;
const server = join(root, 'test', 'fixtures', 'logs', 'flood-server.mjs');

/** The bar is for what servers do. Blocks of 64 kB, which no logger writes, show how far Berth is from a program that copies bytes. */
const ways = [
  { how: 'lines', title: 'a write for each line, as programs do', limit: LIMIT },
  { how: 'blocks', title: 'written in blocks of 64 kB, as fast as Node can', limit: null },
];

export const bench = {
  name: 'log-ingest',
  title: `a Node child that writes ${LINES.toLocaleString('en')} lines of 100 bytes to stderr: Berth's log beside \`cat > file\``,
  async run({ repeat, folder, log }) {
    // All lines are kept, so that they can be counted; files are as large as they are by default.
    mkdirSync(join(folder, 'b', 'berth'), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'b', 'berth', 'config.yaml'), 'logs:\n  maxFiles: 100\n', { mode: 0o600 });
    return during(startBerth(join(folder, 'b')), async (berth) => {
      const options = { command: process.execPath, args: JSON.stringify([server]) };
      await berth.control.call('servers.add', { slug: 'flood', preset: 'command', context: 'none', options });
      const rows = [];
      const notes = [
        "Timed from the child's first write until it has written all and the last line is in the file; files are looked at every 5 ms.",
        'After each run of Berth the lines in its files are counted: one missing line fails the bench.',
      ];
      for (const { how, title, limit } of ways) {
        log(title);
        const { row, note } = await measure(berth, folder, how, title, limit, repeat);
        rows.push(row);
        notes.push(note);
      }
      if (!whyNoProc) {
        const after = memoryOf(berth.pid).rss;
        rows.push({
          figure: 'memory of the core after all floods',
          berth: after,
          peer: null,
          unit: 'MiB',
          ratio: null,
          bar: null,
          ok: true,
        });
      }
      return { rows, notes };
    });
  },
};

async function measure(berth, folder, how, title, limit, repeat) {
  let turn = 0;
  const own = () => floodBerth(berth, how, `b-${++turn}`);
  const peer = () => floodCat(folder, how, `c-${++turn}`);
  await own();
  await peer();
  const measured = await paired(repeat, own, peer);
  const spread = [0.1, 0.9].map((share) => percentile(measured.ratios, share).toFixed(2));
  return {
    row: {
      figure: title,
      berth: measured.berth,
      peer: measured.peer,
      unit: 'ms',
      ratio: measured.ratio,
      bar: limit === null ? null : `≤ ${limit}`,
      ok: limit === null || measured.ratio <= limit,
    },
    note: `${how}: medians of ${repeat} pairs after one that is not counted; ratios of the pairs from p10 to p90: ${spread.join(' to ')}`,
  };
}

/** A run of its own each: its log begins empty, as the other side's file does. */
async function floodBerth({ control, env }, how, mark) {
  const logs = join(env.BERTH_HOME, 'logs');
  for (const name of logFiles(logs)) rmSync(join(logs, name));
  const [started] = await control.call('servers.start', { slugs: ['flood'] });
  if (started.state !== 'ready') throw new Error(`flood is ${started.state}: ${started.error?.message}`);
  const seen = lineSeen(join(logs, 'flood.log'), mark);
  const timed = await new Promise((resolve, reject) => {
    const params = { slug: 'flood', tool: 'flood', args: { lines: LINES, how, mark } };
    control.subscribe('inspector.call', params, (event) => {
      if (event.type === 'result') resolve(JSON.parse(event.result.content[0].text));
    });
    seen.catch(reject);
  });
  const over = Math.max(await seen, timed.ended);
  await control.call('servers.stop', { slugs: ['flood'] });
  const kept = logFiles(logs).reduce((sum, name) => sum + countFloodLines(join(logs, name)), 0);
  if (kept !== LINES) throw new Error(`${LINES - kept} of ${LINES} lines are not in Berth's log`);
  return over - timed.began;
}

/** The same program, told the same on its stdin, with the shell's pipe to `cat`. */
async function floodCat(folder, how, mark) {
  const file = join(folder, 'cat.log');
  rmSync(file, { force: true });
  const command = 'exec 4>&1; "$0" "$1" 2>&1 >&4 4>&- | cat > "$2"';
  const shell = spawn('/bin/sh', ['-c', command, process.execPath, server, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: shell.stdout });
  const call = async (id, method, params) => {
    shell.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const [line] = await once(answers, 'line');
    return JSON.parse(line).result;
  };
  const clientInfo = { name: 'bench', version: '1' };
  await call(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  const seen = lineSeen(file, mark);
  const result = await call(2, 'tools/call', { name: 'flood', arguments: { lines: LINES, how, mark } });
  const timed = JSON.parse(result.content[0].text);
  const over = Math.max(await seen, timed.ended);
  shell.stdin.end();
  await once(shell, 'exit');
  if (countFloodLines(file) !== LINES) throw new Error('cat has lost lines');
  return over - timed.began;
}

/** When a line that ends with `mark` is the last one of the file, in ms since 1970. Rejects when it never is. */
async function lineSeen(file, mark) {
  for (const until = performance.now() + LATEST_MS; performance.now() < until; ) {
    if (endOf(file).endsWith(` ${mark}\n`)) return performance.timeOrigin + performance.now();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`the last line did not come to ${file}`);
}

function endOf(file) {
  let handle;
  try {
    handle = openSync(file);
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(handle);
    const end = Buffer.alloc(Math.min(size, 64));
    readSync(handle, end, 0, end.length, size - end.length);
    return end.toString();
  } finally {
    closeSync(handle);
  }
}

function logFiles(folder) {
  return readdirSync(folder).filter((name) => /^flood(\.\d+)?\.log$/.test(name));
}

function countFloodLines(file) {
  const content = readFileSync(file);
  let count = 0;
  for (let at = content.indexOf('] flood '); at >= 0; at = content.indexOf('] flood ', at + 90)) count += 1;
  return count;
}
