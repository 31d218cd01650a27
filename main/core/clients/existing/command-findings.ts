import { access } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { ExistingFinding } from '../../../../contract/model/existing.ts';
import { findExecutable } from '../../shell-env/find-executable.ts';
import type { ClientMachine } from '../locate.ts';
import type { ForeignEntry } from './foreign-entry.ts';

export type UnplacedFinding = Omit<ExistingFinding, 'line'>;

/** Folders that hold one version of a language or program, and go with it. */
const VERSION_FOLDER =
  /[\\/](\.nvm[\\/]versions|nvm[\\/]v?\d|\.asdf[\\/]installs|\.volta[\\/]tools[\\/]image|\.?fnm[\\/]node-versions|fnm_multishells|mise[\\/]installs|\.nodenv[\\/]versions|\.pyenv[\\/]versions|\.rbenv[\\/]versions|Cellar[\\/][^\\/]+|\.sdkman[\\/]candidates[\\/][^\\/]+)[\\/]/;
/** On Windows these are scripts, which a client cannot start by name (ENOENT) and must not by file (EINVAL). */
const WINDOWS_SCRIPTS = /^(npx|npm|pnpm|pnpx|yarn|bunx)(\.cmd|\.bat|\.ps1)?$/i;

const DOCK = 'Import it into Berth, which starts it with the environment of your login shell';

/** Whether the client will find what the entry starts. `graphical`: the client is started from a desktop, not from a shell. */
export async function commandFindings(
  entry: ForeignEntry,
  client: { readonly title: string; readonly graphical: boolean },
  machine: ClientMachine,
): Promise<UnplacedFinding[]> {
  const { command } = entry;
  if (command === null) return [];
  const folders = await versionFolders(entry, machine);
  const named = await namedCommand(command, client, machine);
  return [...(folders.some(({ path }) => path === command) ? [] : named), ...folders.map(({ finding }) => finding)];
}

async function namedCommand(
  command: string,
  client: { readonly title: string; readonly graphical: boolean },
  machine: ClientMachine,
): Promise<UnplacedFinding[]> {
  if (/[$%{]/.test(command)) return [];
  if (machine.platform === 'win32' && WINDOWS_SCRIPTS.test(command)) {
    const evidence = `starts ${command}, which on Windows is a script: clients fail with ENOENT or EINVAL.`;
    return [
      finding(
        'windows-script',
        'fail',
        evidence,
        `${DOCK}, or start it as cmd with /c ${command} before its arguments.`,
      ),
    ];
  }
  if (/^~[\\/]/.test(command)) {
    const evidence = `starts ${command}, but only a shell makes a home folder of "~".`;
    return [finding('tilde', 'fail', evidence, `Write the full path, or ${lower(DOCK)}.`)];
  }
  const { isAbsolute } = machine.platform === 'win32' ? win32 : posix;
  const plain = !/[\\/]/.test(command);
  if (!plain && !isAbsolute(command)) return [];
  const found = await findExecutable(command, machine.env, machine.platform);
  if (found === null) {
    const where = plain ? 'on the PATH of your login shell' : 'at this place';
    return [
      finding(
        'command-missing',
        'fail',
        `starts ${command}, and there is no such program ${where}.`,
        `Install it, or correct the path in the file.`,
      ),
    ];
  }
  if (!plain || !client.graphical) return [];
  const evidence = `starts ${command} by its name, and ${client.title}, started from the desktop, may not have your shell's PATH.`;
  return [finding('bare-command', 'warn', evidence, `${DOCK}, or write the full path: ${found}`)];
}

async function versionFolders(
  entry: ForeignEntry,
  { platform }: ClientMachine,
): Promise<{ path: string; finding: UnplacedFinding }[]> {
  const { isAbsolute } = platform === 'win32' ? win32 : posix;
  const paths = [entry.command ?? '', ...entry.args].filter((path) => isAbsolute(path) && VERSION_FOLDER.test(path));
  return await Promise.all(
    paths.map(async (path) => {
      const there = await access(path).then(
        () => true,
        () => false,
      );
      const fate = there ? 'goes when that version is removed' : 'is gone';
      const evidence = `starts ${path}, which lies in the folder of one version and ${fate}.`;
      const remedy = `${DOCK}, or use a path that stays.`;
      return {
        path,
        finding: finding(there ? 'version-folder' : 'version-gone', there ? 'warn' : 'fail', evidence, remedy),
      };
    }),
  );
}

function finding(id: string, severity: ExistingFinding['severity'], evidence: string, remedy: string): UnplacedFinding {
  return { id, severity, evidence, remedy };
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
