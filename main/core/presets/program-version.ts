import { execFile } from 'node:child_process';
import { type FoundProgram, packageVersion } from './find-program.ts';
import type { ProgramDefinition } from './preset-schema.ts';

/** Version that a found program says of itself, by its package, by what it prints or by what Go wrote into it; null when it says none. */
export async function programVersion(
  program: ProgramDefinition,
  found: FoundProgram,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | null> {
  const { version } = program;
  if (version && 'packageJson' in version) return found.packageFolder && packageVersion(found.packageFolder);
  if (version && found.runtime === 'native' && found.executable) {
    const output = await outputOf(found.path, version.run, env, signal);
    const match = new RegExp(version.pattern, 'm').exec(output);
    if (match) return match[1] ?? match[0];
  }
  return found.goVersion;
}

/** What a program prints; empty when it fails. Its streams are bounded and it is ended when the time is over. */
function outputOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    const options = {
      env: { ...env },
      signal,
      killSignal: 'SIGKILL',
      maxBuffer: 1024 * 1024,
      windowsHide: true,
    } as const;
    execFile(command, [...args], options, (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`)).stdin?.end();
  });
}
