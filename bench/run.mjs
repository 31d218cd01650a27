#!/usr/bin/env node
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/lib/ensure-built.mjs';
import { machineFacts, machineText, whyLoaded } from './lib/machine.mjs';
import { table, verdictOf } from './lib/table.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

const usage = `npm run bench -- [NAME…] [--repeat N] [--json FILE] [--list]

Measures the built Berth beside what a user would do without it, in pairs that take turns. NAME picks benches; without one all run.
  --repeat N   paired runs per figure (default 5); where a bench has a fixed length, its notes say so
  --json FILE  writes the figures and the machine's facts there, too
  --list       names the benches and runs none
Exits with 1 when a bar is missed or a bench fails, with 2 when it was called wrongly.`;

/**
 * One row of figures. `peer` and `ratio` are null where there is nothing to compare with, `bar` where nothing is demanded.
 * @typedef {{ figure: string, berth: number, peer: number | null, unit: string, ratio: number | null, bar: string | null, ok: boolean }} Row
 * What every bench module exports as `bench`. `run` answers `skipped` with the reason where this machine lacks something.
 * @typedef {{ rows: Row[], notes: string[], skipped?: string }} Measured
 * @typedef {{ name: string, title: string, run(options: { repeat: number, folder: string, log: (text: string) => void }): Promise<Measured> }} Bench
 */

// What was begun is tidied up at the exit, which a signal alone does not bring about.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.exitCode = await main();

async function main() {
  const options = parsed();
  if (typeof options === 'number') return options;
  const all = await benches();
  if (options.list) {
    console.log(all.map(({ name, title }) => `${name.padEnd(16)} ${title}`).join('\n'));
    return 0;
  }
  const unknown = options.names.filter((name) => !all.some((bench) => bench.name === name));
  if (unknown.length > 0) return wrong(`no bench ${unknown.join(', ')}; there are ${namesOf(all)}`);
  const chosen = options.names.length === 0 ? all : all.filter(({ name }) => options.names.includes(name));
  const broken = await ensureBuilt(root);
  if (broken) {
    console.error(broken);
    return 1;
  }
  return runAll(chosen, options);
}

function parsed() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        repeat: { type: 'string', default: '5' },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const repeat = Number(values.repeat);
    if (!Number.isInteger(repeat) || repeat < 1) return wrong('--repeat takes a whole number from 1');
    return { names: positionals, repeat, json: values.json, list: values.list };
  } catch (error) {
    return wrong(error.message);
  }
}

function wrong(why) {
  console.error(`bench: ${why}\n\n${usage}`);
  return 2;
}

/** Every module of this folder that exports a bench, by name. @returns {Promise<Bench[]>} */
async function benches() {
  const files = readdirSync(here).filter((file) => file.endsWith('.mjs') && file !== 'run.mjs');
  const modules = await Promise.all(files.sort().map((file) => import(new URL(file, import.meta.url).href)));
  return modules.flatMap((module) => (module.bench ? [module.bench] : []));
}

function namesOf(all) {
  return all.map(({ name }) => name).join(', ');
}

/** @param {Bench[]} chosen */
async function runAll(chosen, { repeat, json }) {
  const machine = machineFacts();
  console.log(machineText(machine));
  const loaded = whyLoaded(machine);
  if (loaded) console.log(`Warning: ${loaded}`);
  const results = [];
  for (const bench of chosen) results.push(await runOne(bench, repeat));
  if (json) writeFileSync(json, `${JSON.stringify({ machine, loaded, repeat, results }, null, 2)}\n`);
  const missed = results.flatMap(({ name, rows }) =>
    rows.filter((row) => !row.ok).map((row) => `${name}: ${row.figure}`),
  );
  const failed = results.filter(({ error }) => error !== null);
  const skipped = results.filter((result) => result.skipped !== null);
  console.log('');
  for (const { name, skipped: why } of skipped) console.log(`Skipped: ${name}: ${why}`);
  for (const { name, error } of failed) console.log(`Failed: ${name}: ${error}`);
  for (const name of missed) console.log(`Missed: ${name}`);
  const bars = results.flatMap(({ rows }) => rows.filter((row) => row.bar !== null)).length;
  console.log(`${bars - missed.length} of ${bars} bars met, ${failed.length} failed, ${skipped.length} skipped`);
  return missed.length + failed.length > 0 ? 1 : 0;
}

/** @param {Bench} bench */
async function runOne(bench, repeat) {
  console.log(`\n${bench.name}: ${bench.title}`);
  // Short, since the path of a Unix socket may have 107 bytes only; real, since /tmp is a link on macOS.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'bb-'));
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const began = performance.now();
  const result = { name: bench.name, title: bench.title, rows: [], notes: [], skipped: null, error: null, seconds: 0 };
  try {
    const measured = await bench.run({ repeat, folder, log: (text) => console.error(`  … ${text}`) });
    Object.assign(result, { skipped: null }, measured);
  } catch (error) {
    console.error(error);
    result.error = error.message;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', removeNow);
  }
  result.seconds = Math.round((performance.now() - began) / 100) / 10;
  if (result.rows.length > 0) console.log(table(result.rows));
  if (result.skipped) console.log(`  skipped: ${result.skipped}`);
  for (const note of result.notes) console.log(`  ${note}`);
  console.log(`  ${verdictOf(result)} after ${result.seconds} s`);
  return result;
}
