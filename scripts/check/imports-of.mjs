import { lineAt, visitSyntax } from './syntax.mjs';

/**
 * One import of a module.
 * @typedef {{ specifier: string | null, line: number, dynamic: boolean, typeOnly: boolean }} Import
 */

/**
 * Every import of a TypeScript or JavaScript file: `import`, `export … from`, `import()`, `require()`, `import x = require()` and `import('…')` types.
 * The specifier is null where it is computed. Only `import type` is type-only: `import { type A }` still loads the module under verbatimModuleSyntax.
 * @returns {Import[]}
 */
export function importsOf(path, text) {
  const found = [];
  visitSyntax(path, text, (node) => {
    const source = sourceOf(node);
    if (source === undefined) return;
    found.push({
      specifier: source?.type === 'Literal' && typeof source.value === 'string' ? source.value : null,
      line: lineAt(text, node.start),
      dynamic: node.type === 'ImportExpression',
      typeOnly: node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType',
    });
  });
  return found;
}

/** The expression that names the module; undefined for a node that imports nothing. */
function sourceOf(node) {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source;
    case 'ExportNamedDeclaration':
      return node.source ?? undefined;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'CallExpression':
      return isRequire(node.callee) ? (node.arguments[0] ?? null) : undefined;
    default:
      return undefined;
  }
}

/** `require(…)` and `require.resolve(…)`. */
function isRequire(callee) {
  const required = callee.type === 'MemberExpression' ? callee.object : callee;
  return required.type === 'Identifier' && required.name === 'require';
}
