import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { PresetDefinition } from '../../../main/core/presets/preset-schema.ts';
import { bundled } from '../../unit/core/presets/bundled.ts';
import { realProgram } from './real-programs.ts';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** What a program says about itself that is no matter of how it serves. */
const HELP = ['--help', '--version', '-h'];

/** What a preset can set by an option, and what it says that it withholds. */
function known(preset: PresetDefinition): string[] {
  const byOption = preset.options.flatMap(({ apply }) =>
    'flag' in apply ? [apply.flag] : 'env' in apply ? [apply.env] : [],
  );
  return [...byOption, ...preset.withheld.flatMap(({ names }) => names)];
}

function flagsIn(help: string, pattern: RegExp): string[] {
  return [...help.matchAll(pattern)].map((match) => match[1] ?? '').filter((flag) => !HELP.includes(flag));
}

const cobra = /^ +(?:-\w, )?(--[a-z][a-z-]*)/gm;
const goFlag = /^ {2}(-[a-z][a-z-]*)/gm;

/** Both ways: nothing that the program documents is missing, and nothing is offered or explained that it does not know. */
function expectToCover(preset: PresetDefinition, documented: string[], isOne: (name: string) => boolean): void {
  expect(documented.length).toBeGreaterThan(5);
  const offered = known(preset);
  expect(documented.filter((name) => !offered.includes(name))).toEqual([]);
  expect(offered.filter((name) => isOne(name) && !documented.includes(name))).toEqual([]);
}

test('every flag of kubernetes-mcp-server is an option or said to be withheld', async () => {
  const folder = readdirSync(modules).find((name) => /^kubernetes-mcp-server-\w+-\w+$/.test(name)) ?? '';
  const bin = join(modules, folder, 'bin');
  const { stdout } = await run(join(bin, readdirSync(bin)[0] ?? ''), ['--help']);
  expectToCover(await bundled('kubernetes-mcp-server'), flagsIn(stdout, cobra), (name) => name.startsWith('--'));
});

test('every variable that mcp-server-kubernetes reads is an option or said to be withheld', async () => {
  const dist = join(modules, 'mcp-server-kubernetes', 'dist');
  const texts = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(dist, file), 'utf8'));
  const read = texts.flatMap((text) => [...text.matchAll(/process\.env\.([A-Z][A-Z0-9_]+)/g)].map((m) => m[1] ?? ''));
  expectToCover(await bundled('mcp-server-kubernetes'), [...new Set(read)], () => true);
});

const mkp = realProgram('BERTH_TEST_MKP', 'MKP', ['mkp-server', 'mkp']);
test.skipIf('missing' in mkp)(
  `every flag of MKP is an option or said to be withheld${'missing' in mkp ? ` (${mkp.missing})` : ''}`,
  async () => {
    if ('missing' in mkp) return;
    const help = await run(mkp.path, ['-h']).then(
      ({ stderr }) => stderr,
      (error: { stderr: string }) => error.stderr,
    );
    expectToCover(await bundled('mkp'), flagsIn(help, goFlag).map(doubled), (name) => name.startsWith('-'));
  },
);

const mtv = realProgram('BERTH_TEST_KUBECTL_MTV', 'kubectl-mtv', ['kubectl-mtv']);
test.skipIf('missing' in mtv)(
  `every flag of kubectl-mtv's server is an option or said to be withheld${'missing' in mtv ? ` (${mtv.missing})` : ''}`,
  async () => {
    if ('missing' in mtv) return;
    const { stdout } = await run(mtv.path, ['mcp-server', '--help']);
    // Only versions before 0.2.9 know it.
    const old = '--sse';
    expectToCover(
      await bundled('kubectl-mtv'),
      [...flagsIn(stdout.slice(stdout.indexOf('Flags:')), cobra), old],
      (name) => name.startsWith('-'),
    );
  },
);

/** Go's flag package takes one dash and two alike; the preset writes two where it sets one. */
function doubled(flag: string): string {
  return `-${flag}`;
}
