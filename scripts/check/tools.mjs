import { spawn } from 'node:child_process';
import { join } from 'node:path';

const bin = (root, name) => join(root, 'node_modules', '.bin', name);

/** Formatting, lint and import order, with warnings as errors. */
export const biome = tool('biome', (root) => [bin(root, 'biome'), 'ci', '--error-on-warnings', '--colors=off', '.']);

/** Strict TypeScript of each part with the globals that it has at run time, and of everything together with tests. */
export const types = ['contract', 'main', 'renderer', '.'].map((project) =>
  tool(`types:${project === '.' ? 'all' : project}`, (root) => [bin(root, 'tsc'), '--pretty', 'false', '-p', project]),
);

/** Files, exports and dependencies that nothing uses, and dependencies that are used but not declared. */
export const unused = tool('unused', (root) => [bin(root, 'knip'), '--no-progress', '--reporter', 'compact']);

function tool(name, commandOf) {
  return {
    name,
    async run(root) {
      const { code, output } = await runTool(commandOf(root), root);
      return { problems: code === 0 ? [] : [output.trim() || `ended with ${code} and printed nothing`], note: '' };
    },
  };
}

function runTool([command, ...args], cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}
