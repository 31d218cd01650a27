import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** Programs that write one file at once: some rounds among the races, a thousand in `long`. */
const writers = 'test/integration/core/clients/{concurrent,foreign}-writer*.test.ts';
/** What races other programs, or measures what they use: beside other tests it would measure those. */
const races = [writers, 'test/integration/core/measure/measured-servers.test.ts'];
/** What takes its time: every trap of the real servers on fixtures, every ugly file, a Berth that is killed at every step, changes in all orders. */
const long = [
  writers,
  'test/integration/servers/{mtv,mkp}-like.test.ts',
  'test/integration/bad-input/killed.test.ts',
  'test/integration/core/clients/{killed-writer,client-lock,ugly-files}.test.ts',
  'test/integration/core/supervisor/death-of-berth.test.ts',
  'test/integration/core/servers/{changes-at-once,vanished-contexts}.test.ts',
];

/**
 * `unit`: pure code, fast, no effects. `integration`: real processes, files, sockets and servers. `races`: those of them that need the
 * machine for themselves. `long`: the slowest of them (npm run test:long). `cluster`: real API servers (npm run test:cluster). `clients`: real AI
 * clients from npm (npm run test:clients).
 */
export default defineConfig({
  test: {
    // Tests of real processes wait more than they compute: two cores carry two files at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], environment: 'node' } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...races, ...long],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: { name: 'races', include: races, testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
      },
      {
        test: {
          name: 'long',
          include: long,
          env: { WRITE_ROUNDS: '1000' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      { test: { name: 'clients', include: ['test/clients/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 } },
    ],
  },
});
