import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** The same Ctrl-C reaches us from the terminal and again from npm: the child shall see one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a program in our place: our terminal, our signals, its exit code. It gets a process group of its own, so that a signal
 * reaches it once and only through us. Resolves with its exit code (128 + signal where one ended it), and the signal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null }>}
 */
export function runInForeground(command, args, { cwd, env = process.env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit', detached: process.platform !== 'win32' });
    const passed = new Map();
    const pass = (signal) => {
      const now = Date.now();
      if (now - (passed.get(signal) ?? 0) < SAME_SIGNAL_MS) return;
      passed.set(signal, now);
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const done = () => {
      for (const signal of signals) process.off(signal, pass);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0), signal });
    });
  });
}
