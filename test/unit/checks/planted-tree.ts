import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/check.mjs', import.meta.url));

export interface Checked {
  readonly code: number;
  /** The problems, without indentation, and the closing line. */
  readonly lines: readonly string[];
}

/** Runs one check of `npm run check` over a tree that holds just these files, as a person would run it. */
export async function checkTree(check: string, files: Readonly<Record<string, string>>): Promise<Checked> {
  const root = mkdtempSync(join(tmpdir(), 'berth-check-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (check === 'secrets') await promisify(execFile)('git', ['init', '-q', root]);
  const run = promisify(execFile)(process.execPath, [script, '--only', check, '--root', root]);
  const { code, stdout } = await run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );
  return { code, lines: stdout.split('\n').map((line) => line.trim()) };
}
