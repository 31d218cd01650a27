/**
 * Whether the desktop can be shown here at all, before an Electron is looked for: null when it can, else why not, as the end of
 * the sentence "Berth runs in the browser: …".
 * @param {{ platform: NodeJS.Platform, env: NodeJS.ProcessEnv, uid: number | undefined, args: readonly string[] }} machine
 * @returns {string | null}
 */
export function whyNoDesktop({ platform, env, uid, args }) {
  if (args.includes('--headless')) return 'it was started with --headless';
  if (platform !== 'linux') return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  if (uid === 0 && !args.includes('--no-sandbox')) return 'the desktop app does not run as root';
  return null;
}

/**
 * Why a desktop that ended as early as this never came up; null when it did run. Chromium ends with a trap where its sandbox is
 * not allowed, and the loader with 127 where a library is missing.
 * @param {{ code: number, signal: string | null, seconds: number }} end
 * @returns {string | null}
 */
export function whyItDidNotStart({ code, signal, seconds }) {
  if (seconds > 10) return null;
  if (code === 127) return 'a system library that Electron needs is missing';
  if (signal === 'SIGTRAP' || signal === 'SIGABRT' || signal === 'SIGSEGV' || code === 133) {
    return `Electron ended with ${signal ?? `exit code ${code}`} (is its sandbox allowed here?)`;
  }
  return null;
}

/** Arguments of `berth serve` for what `npm start` was given. */
export function serveArguments(args, { open }) {
  const desktopOnly = ['--headless', '--hidden', '--no-sandbox'];
  const rest = args.filter((argument) => !desktopOnly.includes(argument));
  return ['serve', ...(open && !rest.includes('--open') ? ['--open'] : []), ...rest];
}
