import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { provideTestElectron } from './lib/electron-test-runtime.mjs';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { runPlaywright, runVitest } from './lib/suites.mjs';
import { provideSystemPackages } from './lib/system-packages.mjs';
import { failedSuite, finish, judged, skippedSuite, sum } from './lib/tally.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const suites = {
  unit: { run: (filters) => runVitest('unit', { minutes: 5, filters }) },
  integration: { run: (filters) => runVitest('integration', { minutes: 10, filters }) },
  races: { run: (filters) => runVitest('races', { minutes: 3, filters }) },
  browser: { run: (filters) => runPlaywright('browser', { minutes: 8, filters }) },
  electron: { unavailable: electronUnavailable, run: runElectron },
};
/** Not part of `npm test`, which has ten minutes. */
const extra = { long: { run: (filters) => runVitest('long', { minutes: 8, filters }) } };
const groups = {
  long: ['long'],
  ...Object.fromEntries(Object.keys(suites).map((name) => [name, [name]])),
  integration: ['integration', 'races'],
  e2e: ['browser', 'electron'],
};

const all = { ...suites, ...extra };

const usage = `npm test -- [--only ${Object.keys(groups).join('|')}] [FILE…]

Builds Berth and runs its tests: unit, integration, and the window in a real browser and in a real Electron. The last line is
"N passed, N failed, N skipped"; the exit code is 1 when anything failed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean', short: 'h' } },
});
const unknown = values.only.find((name) => !(name in groups));
if (values.help) console.log(usage);
else if (unknown) {
  console.error(`There is no suite "${unknown}".\n\n${usage}`);
  process.exitCode = 2;
} else {
  const names = values.only.length > 0 ? values.only.flatMap((name) => groups[name]) : Object.keys(suites);
  await main(names, positionals);
}

async function main(names, filters) {
  // Tests of the keychain find out by themselves what is missing and skip with that reason.
  const missing = provideSystemPackages({ suites: [...names, ...(names.includes('integration') ? ['keychain'] : [])] });
  const needBuild = names.some((name) => name !== 'unit');
  const broken = needBuild ? await ensureBuilt(root) : null;
  const tallies = broken ? [failedSuite('build', broken)] : [];
  for (const name of names) {
    const reason =
      (broken && name !== 'unit' ? 'the build failed' : missing.get(name)) ?? (await all[name].unavailable?.());
    if (reason) {
      console.log(`\n== ${name}: skipped, ${reason} ==`);
      tallies.push(skippedSuite(name, reason));
      continue;
    }
    console.log(`\n== ${name} ==`);
    const began = performance.now();
    tallies.push(judged(name, await all[name].run(filters)));
    console.log(`== ${name}: ${Math.round((performance.now() - began) / 1000)} s ==`);
  }
  finish(sum(tallies));
}

/** Fetches the Electron for tests where there is no other, so that the tests themselves find one; answers why it cannot be had. */
async function electronUnavailable() {
  try {
    const electron = await provideTestElectron({ root, say: console.log });
    console.log(`\nElectron: ${electron.from}`);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

function runElectron(filters) {
  const virtualDisplay = process.platform === 'linux' && !process.env.DISPLAY;
  return runPlaywright('electron', { minutes: 8, filters, virtualDisplay });
}
