import { parseSync } from 'vite';

/** Calls `visit` with every node of a TypeScript or JavaScript file, outer before inner. A file that does not parse throws. */
export function visitSyntax(path, text, visit) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  walk(program, visit);
}

function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
  } else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') visit(node);
    for (const value of Object.values(node)) walk(value, visit);
  }
}

export function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length;
}
