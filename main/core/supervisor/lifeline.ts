import { spawn } from 'node:child_process';

/** How long the group may take after SIGTERM before the lifeline sends SIGKILL, in s. */
const KILL_AFTER_S = 5;

/**
 * `read` ends with success when Berth writes a newline (the group is gone: nothing to do) and with failure when the pipe closes
 * because Berth died. `kill -s TERM -- -PID` is the form that dash, bash and busybox all take.
 */
const SCRIPT = `read -r _ && exit 0; kill -s TERM -- "-$1"; sleep ${KILL_AFTER_S}; kill -s KILL -- "-$1"`;

/** Ends a process group when Berth dies without being able to (SIGKILL, the OOM killer). POSIX only. */
export interface Lifeline {
  /** The group is gone: the lifeline ends without doing anything. */
  disarm(): void;
}

/** A small `sh` in a group of its own that holds the other end of a pipe of ours. */
export function holdLifeline(groupId: number, onProblem: (text: string) => void): Lifeline {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'berth-lifeline', String(groupId)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  // It may not keep Berth from ending: then its pipe closes and it does its work.
  shell.unref();
  let armed = true;
  shell.on('error', (error) => onProblem(`No lifeline for process group ${groupId}: ${error.message}`));
  shell.stdin.on('error', () => {
    // The shell has gone already.
  });
  return {
    disarm() {
      if (!armed) return;
      armed = false;
      shell.stdin.end('\n');
    },
  };
}
