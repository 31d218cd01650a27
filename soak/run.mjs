#!/usr/bin/env node
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../bench/lib/berth.mjs';
import { whyNoProc } from '../bench/lib/processes.mjs';
import { ensureBuilt } from '../scripts/lib/ensure-built.mjs';
import { soak } from './lib/soak.mjs';

const usage = `npm run soak [-- --minutes N | --hours N] [--servers N] [--seed S] [--keep]

Runs the built Berth with fixture servers on three clusters, does to them what happens in the field (kills, hangs, floods, sleep,
clusters that go away, edits, a SIGKILL of Berth itself), and asserts from outside that nothing was left, leaked or left unexplained.
  --minutes N  how long (default 3), or --hours N
  --servers N  how many servers (default 30)
  --seed S     what happens, and in which order; it is printed, so that a run can be repeated
  --keep       leaves the folder with the logs
Exits with 1 when something is wrong, with 2 when it was called wrongly.`;

process.exitCode = await main();

async function main() {
  const options = parsed();
  if (typeof options === 'number') return options;
  if (whyNoProc) {
    console.error(`The soak test does not run here: ${whyNoProc}.`);
    return 2;
  }
  const broken = await ensureBuilt(root);
  if (broken) {
    console.error(broken);
    return 1;
  }
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'berth-soak-'));
  const { rows, failures } = await soak({ ...options, folder, log: (text) => console.error(text) });
  for (const [name, value] of rows) console.log(`${name.padEnd(34)} ${value}`);
  if (failures.length === 0 && !options.keep) rmSync(folder, { recursive: true, force: true });
  else console.log(`\nLogs: ${join(folder, 'berth', 'logs')}`);
  if (failures.length === 0) {
    console.log('\nNothing was left, leaked or left unexplained.');
    return 0;
  }
  console.log(
    `\nFAILED (again with: npm run soak -- --seed ${options.seed} --minutes ${options.minutes} --servers ${options.servers})`,
  );
  for (const failure of failures) console.log(`- ${failure}`);
  return 1;
}

function parsed() {
  const wrong = (text) => {
    console.error(`${text}\n\n${usage}`);
    return 2;
  };
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string' },
        hours: { type: 'string' },
        servers: { type: 'string', default: '30' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const minutes = values.hours === undefined ? Number(values.minutes ?? 3) : Number(values.hours) * 60;
    const servers = Number(values.servers);
    const seed = Number(values.seed);
    if (!(minutes > 0)) return wrong('--minutes and --hours want a number above 0.');
    if (!Number.isInteger(servers) || servers < 1) return wrong('--servers wants a whole number above 0.');
    if (!Number.isInteger(seed)) return wrong('--seed wants a whole number.');
    return { minutes, servers, seed, keep: values.keep };
  } catch (error) {
    return wrong(error.message);
  }
}
