import { spawnSync } from 'node:child_process';

/** Whether kubectl is on this machine; tests that need it skip with that reason elsewhere. */
export function hasKubectl(): boolean {
  return spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;
}
