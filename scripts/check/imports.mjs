import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { filesUnder } from './files.mjs';
import { barriers, builtinsOnly, checkedFolders, layers } from './import-rules.mjs';
import { importsOf } from './imports-of.mjs';

/** Holds every import of the product's code against the rules of import-rules.mjs. */
export const imports = {
  name: 'imports',
  async run(root) {
    const files = checkedFolders.flatMap((folder) => filesUnder(root, folder, /\.[cm]?[jt]sx?$/));
    const problems = files.flatMap((file) =>
      importsOf(file, readFileSync(join(root, file), 'utf8')).flatMap((found) => {
        const why = violation(file, found);
        return why ? [`${file}:${found.line} imports ${found.specifier ?? 'a computed name'}: ${why}`] : [];
      }),
    );
    return { problems, note: `${files.length} files` };
  },
};

/** Why this import is not allowed; null when it is. */
function violation(file, { specifier, dynamic, typeOnly }) {
  const layer = layerOf(file);
  if (!layer) return 'no layer of import-rules.mjs holds this file';
  // A computed name cannot be judged, so only tests and scripts may have one.
  if (specifier === null) return 'write the name out, so that it can be checked';
  const target = targetOf(file, specifier);
  if (builtinsOnly.includes(file) && !isBare(target, typeOnly)) {
    return 'this file may import nothing but node built-ins, files that are the same, and types of the contract';
  }
  if (target.kind === 'node') return layer.node ? null : `${layer.folder} runs without Node`;
  if (target.kind === 'package') return packageViolation(layer, target.name);
  const barrier = barriers.find(({ from, to }) => isIn(file, from) && isIn(target.path, to));
  const passes = barrier && ((barrier.typesAllowed && typeOnly) || (barrier.lazyAllowed && dynamic));
  if (barrier && !passes) return barrier.why;
  if (layer.files.some((folder) => isIn(target.path, folder))) return null;
  if (typeOnly && layer.typesFrom?.some((folder) => isIn(target.path, folder))) return null;
  if (dynamic && layer.lazy?.some((folder) => isIn(target.path, folder))) return null;
  const extra = [
    ...(layer.typesFrom ? [`types of ${layer.typesFrom.join(', ')}`] : []),
    ...(layer.lazy ? [`${layer.lazy.join(', ')} by import()`] : []),
  ];
  return `${layer.folder} may import ${[...layer.files, ...extra].join(', ')}`;
}

/** Whether a file of `builtinsOnly` may import this. */
function isBare(target, typeOnly) {
  if (target.kind !== 'file') return target.kind === 'node';
  return builtinsOnly.includes(target.path) || (typeOnly && isIn(target.path, 'contract'));
}

function packageViolation(layer, name) {
  if (layer.packages === 'libraries') {
    return name === 'electron' ? 'only main/electron and preload may import electron' : null;
  }
  if (layer.packages.includes(name)) return null;
  return `${layer.folder} may import ${layer.packages.length === 0 ? 'no package' : `only ${layer.packages.join(', ')}`}`;
}

function targetOf(file, specifier) {
  const bare = specifier.split('?')[0];
  if (bare.startsWith('.')) return { kind: 'file', path: posix.normalize(posix.join(posix.dirname(file), bare)) };
  // `electron` is a built-in module where Electron runs, but a package here.
  if (isBuiltin(bare)) return { kind: 'node' };
  return {
    kind: 'package',
    name: bare
      .split('/')
      .slice(0, bare.startsWith('@') ? 2 : 1)
      .join('/'),
  };
}

function layerOf(file) {
  return layers.filter(({ folder }) => isIn(file, folder)).sort((a, b) => b.folder.length - a.folder.length)[0];
}

function isIn(path, folder) {
  return path === folder || path.startsWith(`${folder}/`);
}
