import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyTally, failedSuite } from './tally.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitestChild = fileURLToPath(new URL('./vitest-child.mjs', import.meta.url));
const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
const playwrightConfig = join(root, 'test', 'e2e', 'playwright.config.ts');

/**
 * Runs one vitest project with its output visible. A run that ends without a tally, or after `minutes`, is a failure.
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runVitest(project, { minutes, filters = [], env = {} }) {
  let tally;
  const child = fork(vitestChild, [project, ...filters], {
    cwd: root,
    detached: true,
    env: { ...process.env, ...env },
  });
  child.on('message', (message) => {
    tally = message;
  });
  const ending = await endOf(child, minutes);
  return tally && !ending.late ? tally : failedSuite(project, ending.words);
}

/**
 * Runs one Playwright project, under Xvfb where `virtualDisplay` is set.
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runPlaywright(project, { minutes, filters = [], virtualDisplay = false, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'berth-playwright-'));
  const report = join(folder, 'report.json');
  const args = [
    playwright,
    'test',
    '-c',
    playwrightConfig,
    '--project',
    project,
    '--reporter',
    'list,json',
    ...filters,
  ];
  const [command, all] = virtualDisplay
    ? ['xvfb-run', ['-a', '-s', '-screen 0 1600x1000x24', process.execPath, ...args]]
    : [process.execPath, args];
  try {
    const child = spawn(command, all, {
      cwd: root,
      detached: true,
      stdio: 'inherit',
      env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    });
    const ending = await endOf(child, minutes);
    if (ending.late) return failedSuite(project, ending.words);
    return tallyOfReport(readFileSync(report, 'utf8'));
  } catch (error) {
    return failedSuite(project, error.message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tally of Playwright's JSON report. */
function tallyOfReport(text) {
  const { suites = [], errors = [] } = JSON.parse(text);
  const tally = emptyTally();
  for (const { test, name } of suites.flatMap((suite) => testsOf(suite, []))) {
    if (test.status === 'expected') tally.passed += 1;
    else if (test.status === 'skipped') {
      tally.skipped += 1;
      const note = test.annotations?.find(({ type }) => type === 'skip' || type === 'fixme');
      tally.skips.push({ name, reason: note?.description ?? 'gives no reason' });
    } else {
      tally.failed += 1;
      tally.failures.push(name);
    }
  }
  // "No tests found" is told apart from a broken file by the judgement on an empty suite.
  for (const { message } of errors.filter(({ message }) => !message?.includes('No tests found'))) {
    tally.failed += 1;
    tally.failures.push(`outside any test: ${message?.split('\n')[0]}`);
  }
  return tally;
}

function testsOf(suite, path) {
  const here = [...path, suite.title].filter(Boolean);
  return [
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests.map((test) => ({ test, name: [...here, spec.title].join(' > ') })),
    ),
    ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, here)),
  ];
}

/** Waits for the end of a child that leads a process group, which is ended whole when it is late. */
function endOf(child, minutes) {
  return new Promise((resolve, reject) => {
    let late = false;
    const signalGroup = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    };
    const deadline = setTimeout(() => {
      late = true;
      signalGroup('SIGTERM');
      setTimeout(() => signalGroup('SIGKILL'), 10_000).unref();
    }, minutes * 60_000);
    let interrupted = false;
    const interrupt = () => {
      interrupted = true;
      signalGroup('SIGTERM');
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const settle = () => {
      clearTimeout(deadline);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      settle();
      if (interrupted) process.exit(130);
      const words = late ? `was not done after ${minutes} minutes` : `ended with ${code ?? signal} and no result`;
      resolve({ late, words });
    });
  });
}
