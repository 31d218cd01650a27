/** An argument vector as people read and paste it: quoted for a POSIX shell, or for Windows' command lines. Nothing runs this text. */
export function shownCommand(argv: readonly string[], platform: NodeJS.Platform): string {
  return argv.map(platform === 'win32' ? quotedForWindows : quotedForShell).join(' ');
}

function quotedForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function quotedForWindows(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
