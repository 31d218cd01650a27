import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 60_000;
const GOODBYE_MS = 10_000;
const LAST_WORDS = 4_000;

/** Children whose groups end with the bench, whatever ends it. */
const running = new Set();
process.once('exit', () => {
  for (const child of running) endGroup(child, 'SIGKILL');
});

/** Ends this child, which leads a process group, with the bench unless it has ended before. */
export function endWithBench(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/**
 * What a program of the bench runs with: a home of its own below `folder`, which also marks it, so that whatever is left of it is found;
 * nothing of this user's settings.
 * @param {string} folder
 */
export function environmentIn(folder) {
  const home = join(folder, 'peers');
  mkdirSync(home, { recursive: true });
  return {
    PATH: process.env.PATH,
    HOME: home,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TMPDIR: home,
    NODE_ENV: 'production',
  };
}

/**
 * Starts a Node program that listens on `port`, in a process group of its own, and resolves once somebody accepts there. `stop()` ends
 * the group.
 * @param {string} folder
 * @param {{ args: string[], port: number }} program
 */
export async function startProgram(folder, { args, port }) {
  const env = environmentIn(folder);
  const child = spawn(process.execPath, args, {
    env,
    cwd: env.HOME,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-LAST_WORDS);
  });
  const ended = once(child, 'exit');
  endWithBench(child);
  for (const until = performance.now() + READY_WITHIN_MS; !(await accepts(port)); await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}:\n${said}`);
    if (performance.now() > until) {
      endGroup(child, 'SIGKILL');
      throw new Error(`${args.join(' ')} does not listen on ${port}:\n${said}`);
    }
  }
  return {
    pid: child.pid,
    port,
    async stop() {
      endGroup(child, 'SIGTERM');
      const late = setTimeout(() => endGroup(child, 'SIGKILL'), GOODBYE_MS);
      await ended;
      clearTimeout(late);
      // What it started may have outlived it.
      endGroup(child, 'SIGKILL');
    },
  };
}

/** A group that has gone already is as good as ended. */
function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
