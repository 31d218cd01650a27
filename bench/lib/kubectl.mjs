import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/**
 * The kubectl to stand beside: the one on PATH; where that is the Google Cloud SDK's dispatcher, which starts a second kubectl for each
 * command, the one of its own minor version that it would start, so that one process is compared with one. Null without kubectl.
 * `note` says what was done about a dispatcher, null where there is none.
 * @returns {{ command: string, note: string | null } | null}
 */
export function findKubectl() {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'kubectl'));
  const command = onPath.find((path) => existsSync(path));
  const version = command && versionOf(command);
  if (!version) return null;
  if (!version.includes('-dispatcher')) return { command, note: null };
  const minor = version.match(/v(\d+\.\d+)/)?.[1];
  const direct = join(dirname(realpathSync(command)), `kubectl.${minor}`);
  if (minor && existsSync(direct) && versionOf(direct)) {
    return {
      command: direct,
      note: `kubectl on PATH is a dispatcher that starts another one for each command; compared is that other one itself, kubectl.${minor}.`,
    };
  }
  return {
    command,
    note: 'This kubectl is a dispatcher that starts another one for each command: one without it is faster by that start.',
  };
}

/** What it says of itself; null when it does not run. */
function versionOf(command) {
  const { status, stdout } = spawnSync(command, ['version', '--client'], { encoding: 'utf8' });
  return status === 0 ? stdout : null;
}
