import { startVitest } from 'vitest/node';
import { emptyTally } from './tally.mjs';

/** Runs the vitest project named by the first argument (and only the files that the others match) and sends the tally to the parent. */
const [project, ...filters] = process.argv.slice(2);
const root = new URL('../..', import.meta.url).pathname;

const vitest = await startVitest('test', filters, {
  root,
  project: [project],
  watch: false,
  passWithNoTests: true,
  reporters: ['default', { onTestRunEnd: (modules, errors) => void process.send?.(tallyOf(modules, errors)) }],
});
await vitest.close();

function tallyOf(modules, unhandledErrors) {
  const tally = emptyTally();
  const fail = (name) => {
    tally.failed += 1;
    tally.failures.push(name);
  };
  for (const module of modules) {
    if (module.errors().length > 0) fail(`${module.relativeModuleId} (could not be loaded, or a hook failed)`);
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) fail(`${module.relativeModuleId} > ${suite.fullName} (a hook failed)`);
    }
    for (const test of module.children.allTests())
      count(tally, test, `${module.relativeModuleId} > ${test.fullName}`, fail);
  }
  for (const error of unhandledErrors) fail(`outside any test: ${error.message}`);
  return tally;
}

function count(tally, test, name, fail) {
  const { state, note } = test.result();
  if (state === 'passed') tally.passed += 1;
  else if (state === 'failed') fail(name);
  else {
    tally.skipped += 1;
    tally.skips.push({
      name,
      reason: note ?? (test.options.mode === 'run' ? 'what it builds on failed' : 'gives no reason'),
    });
  }
}
