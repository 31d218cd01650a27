import { LineCounter, parseDocument } from 'yaml';
import { BerthError } from '../../../contract/errors.ts';
import { type Kubeconfig, kubeconfigOf } from './kubeconfig-file.ts';

/** Reads a kubeconfig with a full YAML parser, which knows the place of everything. Throws `invalid-config` with line and column. */
export function parseCarefully(text: string, file: string): Kubeconfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: true, logLevel: 'silent' });
  const problem = document.errors[0];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw invalid(file, `${firstLine(problem.message)} (line ${line}, column ${col})`, { line, column: col });
  }
  const where = (path: readonly (string | number)[]) => {
    const node: unknown = document.getIn(path, true);
    const offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0];
    if (offset === undefined) return null;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  return kubeconfigOf(readDocument(document, file), file, (path, message) => {
    const at = where(path);
    throw invalid(file, at ? `${message} (line ${at.line}, column ${at.column})` : message, at ?? {});
  });
}

/** Aliases are resolved here, which may fail: a document can be small and its expansion endless. */
function readDocument(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid(file, error instanceof Error ? firstLine(error.message) : String(error), {});
  }
}

function invalid(file: string, what: string, details: Record<string, unknown>): BerthError {
  return new BerthError('invalid-config', `The kubeconfig ${file} cannot be used: ${what}.`, {
    hint: `Correct the file; \`kubectl --kubeconfig '${file}' config view\` shows what kubectl makes of it.`,
    details: { file, ...details },
  });
}

function firstLine(message: string): string {
  // The parser appends " at line 1, column 2:" and a picture of the place; we say the place ourselves.
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]$/, '');
}
