import { fileURLToPath } from 'node:url';
import type { Child, ChildResult } from '../../e2e/support/child.ts';
import type { Sandbox } from '../../e2e/support/sandbox.ts';

/** The committed `berth` command. */
export const launcher = fileURLToPath(new URL('../../../bin/berth.mjs', import.meta.url));

/** Path of a fixture server. */
export function fixtureServer(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/servers/${name}`, import.meta.url));
}

/** `berth add` of a fixture server that needs no cluster; `more` are further arguments, e.g. `--start`. */
export function dock(sandbox: Sandbox, slug: string, fixture: string, ...more: string[]): Promise<ChildResult> {
  const args = JSON.stringify([fixtureServer(fixture)]);
  const options = ['--context', 'none', '--set', `command=${process.execPath}`, '--set', `args=${args}`];
  return sandbox.cli('add', 'command', '--name', slug, ...options, ...more);
}

/** Starts one more `berth serve` without waiting for its ready line. */
export function serveAgain(sandbox: Sandbox, port: number): Child {
  return sandbox.start(process.execPath, [launcher, 'serve', '-o', 'json', '--port', String(port)]);
}
