import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** The XDG autostart file of Berth. Source: Desktop Application Autostart Specification. */
export function autostartFile(env: Env, home: string): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'berth.desktop');
}

/** Content of the autostart file for this command line. */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Berth',
    'Comment=Docks Kubernetes MCP servers',
    `Exec=${command.map(quote).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Switches that a Berth which needed them will need again: without this one Chromium does not run at all on some machines. */
const keptSwitches: readonly string[] = ['--no-sandbox'];

/**
 * What starts this Berth again, hidden. An AppImage is mounted at another place each time, so its own file counts; from a
 * checkout Electron needs the app's folder.
 */
export function loginCommand(options: {
  execPath: string;
  appPath: string;
  packaged: boolean;
  argv: readonly string[];
  env: Env;
}): readonly string[] {
  const { execPath, appPath, packaged, argv, env } = options;
  const program = packaged ? [env['APPIMAGE'] || execPath] : [execPath, appPath];
  return [...program, ...keptSwitches.filter((each) => argv.includes(each)), '--hidden'];
}

/** An argument of `Exec`: quoted, with the escapes of the Desktop Entry Specification, once for the quotes and once for the string. */
function quote(argument: string): string {
  const escaped = argument
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}
