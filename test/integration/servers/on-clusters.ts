import { test } from 'vitest';
import { type Clusters, hasRealApiServers, startDemoClusters, startRealClusters } from './clusters.ts';
import type { RealProgram } from './real-programs.ts';

/** Tells a story of a real program with the demo clusters and with two real API servers, or skips with what is missing. */
export function onClusters(
  title: string,
  program: RealProgram,
  tell: (title: string, path: string, clusters: () => Promise<Clusters>) => void,
): void {
  if ('missing' in program) {
    test(`the real ${title}`, (context) => context.skip(program.missing));
    return;
  }
  tell(`the real ${title} with the demo clusters`, program.path, startDemoClusters);
  const withReal = `the real ${title} with two real API servers`;
  if (hasRealApiServers) tell(withReal, program.path, startRealClusters);
  else {
    test(withReal, (context) => context.skip('needs real API servers: BERTH_TEST_APISERVER names the program of one'));
  }
}
