import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { filesUnder } from './files.mjs';
import { importsOf } from './imports-of.mjs';
import { visitSyntax } from './syntax.mjs';

/**
 * What was built, not what was meant: headless, CLI and bridge never load Electron, the bridge is one file with built-ins
 * only, and the window makes no code from text (its CSP is `script-src 'self'`).
 */
export const bundles = {
  name: 'bundles',
  needsBuild: true,
  async run(root) {
    const read = (file) => readFileSync(join(root, file), 'utf8');
    const node = filesUnder(root, 'dist', /\.c?js$/).filter((file) => /^dist\/(cli|bridge)\//.test(file));
    const bridge = node.filter((file) => file.startsWith('dist/bridge/'));
    const window = filesUnder(root, 'dist/renderer', /\.js$/);
    const problems = [
      ...node.flatMap((file) => electronIn(file, read(file))),
      ...(bridge.length === 1 ? [] : [`dist/bridge: one file was expected, not ${bridge.join(', ') || 'none'}`]),
      ...bridge.flatMap((file) => foreignIn(file, read(file))),
      ...(window.length === 0 ? ['dist/renderer: no script was built'] : []),
      ...generatedCodeIn(window.map((file) => ({ file, text: read(file) }))),
    ];
    return { problems, note: `${node.length + window.length} built files` };
  },
};

/** Imports of Electron in a built file. */
function electronIn(file, text) {
  return importsOf(file, text)
    .filter(({ specifier }) => specifier === 'electron' || specifier?.startsWith('electron/'))
    .map(({ line }) => `${file}:${line} loads electron`);
}

/** Imports of anything but Node's built-in modules in a built file. */
function foreignIn(file, text) {
  return importsOf(file, text)
    .filter(({ specifier }) => specifier !== null && !isBuiltin(specifier))
    .map(({ specifier, line }) => `${file}:${line} needs ${specifier}`);
}

/**
 * Where zod would compile a schema. `z.config({ jitless: true })` keeps it from doing so, but the code stays in the bundle: it is
 * let through, known by what stands around it, where the bundle holds that setting.
 */
const zodCompiler = [/\.jitless\b.{0,200}Cloudflare/s, /this\.args\.join\(/];

/** `eval(…)`, `Function(…)` and `new Function(…)`, also under another name, in built files. */
function generatedCodeIn(scripts) {
  const jitless = scripts.some(({ text }) => /\bjitless:\s*(!0|true)/.test(text));
  return scripts.flatMap(({ file, text }) => {
    const problems = [];
    visitSyntax(file, text, (node) => {
      const maker = makerIn(node);
      if (!maker || !isCodeMaker(maker)) return;
      const around = text.slice(Math.max(0, node.start - 250), Math.min(node.end, node.start + 100) + 200);
      if (jitless && zodCompiler.some((pattern) => pattern.test(around))) return;
      problems.push(`${file} makes code from text: ${text.slice(Math.max(0, node.start - 60), node.start + 100)}`);
    });
    return problems;
  });
}

function makerIn(node) {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
      return node.callee;
    case 'VariableDeclarator':
      return node.init;
    case 'AssignmentExpression':
      return node.right;
    default:
      return undefined;
  }
}

function isCodeMaker(node) {
  const name = node.type === 'MemberExpression' && globals.includes(node.object.name) ? node.property : node;
  return name.type === 'Identifier' && ['eval', 'Function'].includes(name.name);
}

const globals = ['globalThis', 'window', 'self'];
