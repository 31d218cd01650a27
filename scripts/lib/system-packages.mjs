import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian packages that the tests need, why, and for which suites. `any` names alternatives: the first that Debian knows is taken. */
const packages = [
  { any: ['chromium'], why: 'a real browser for the window', suites: ['browser'] },
  { any: ['fonts-liberation'], why: 'letters in the browser', suites: ['browser', 'electron'] },
  { any: ['xvfb'], why: 'a display for Electron', suites: ['electron'] },
  { any: ['xauth'], why: 'xvfb-run needs it', suites: ['electron'] },
  { any: ['libgtk-3-0', 'libgtk-3-0t64'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libnss3'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libasound2', 'libasound2t64'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libgbm1'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libcups2', 'libcups2t64'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libxkbcommon0'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libdrm2'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libnotify4'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['libxtst6'], why: 'Electron links to it', suites: ['electron'] },
  { any: ['python3-dbus'], why: 'a panel that shows the tray', suites: ['electron'] },
  { any: ['python3-gi'], why: 'a panel that shows the tray', suites: ['electron'] },
  { any: ['libsecret-1-0'], why: 'the keychain library that keytar loads', suites: ['keychain'] },
  { any: ['gnome-keyring'], why: 'a real keychain', suites: ['keychain'] },
  { any: ['dbus'], why: 'a session bus for the keychain (dbus-run-session)', suites: ['keychain'] },
];

/** Programs whose presence stands for the packages where there is no dpkg to ask. */
const probes = [
  { program: 'chromium', suites: ['browser'], also: ['chromium-browser', 'google-chrome', 'google-chrome-stable'] },
  { program: 'xvfb-run', suites: ['electron'], unless: () => process.platform !== 'linux' || !!process.env.DISPLAY },
  { program: 'gnome-keyring-daemon', suites: ['keychain'], unless: () => process.platform !== 'linux' },
  { program: 'dbus-run-session', suites: ['keychain'], unless: () => process.platform !== 'linux' },
];

/**
 * Makes sure that what the tests need from the system is there: on Debian as root it installs what is missing, elsewhere it
 * only looks. Answers, per suite that cannot run, the reason.
 * @param {{ suites: string[] }} wanted
 * @returns {Map<string, string>}
 */
export function provideSystemPackages({ suites }) {
  const wanted = (item) => item.suites.some((suite) => suites.includes(suite));
  if (existsSync('/etc/debian_version') && find('dpkg')) {
    const missing = packages.filter(wanted).filter(({ any }) => !any.some(isInstalled));
    if (missing.length === 0) return new Map();
    if (process.getuid?.() === 0) return install(missing);
    const names = missing.map(({ any }) => any[0]).join(' ');
    console.log(`Missing Debian packages: ${names}\nInstall them with: sudo apt-get install ${names}`);
    return reasons(missing.map((item) => ({ suites: item.suites, name: item.any[0] })));
  }
  const missing = probes
    .filter(wanted)
    .filter(({ program, also = [], unless }) => !unless?.() && ![program, ...also].some(find));
  for (const { program, suites: affected } of missing) console.log(`Missing: ${program} (for: ${affected.join(', ')})`);
  return reasons(missing.map((item) => ({ suites: item.suites, name: item.program })));
}

/** The absolute path of a program on PATH; undefined when there is none. */
function find(program) {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function install(missing) {
  console.log('Installing Debian packages that the tests need:');
  for (const { any, why } of missing) console.log(`  ${any[0]}: ${why}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  apt(['update', '-q'], env);
  const names = missing.map(({ any }) => any.find(isKnown) ?? any[0]);
  apt(['install', '-y', '-q', '--no-install-recommends', ...names], env);
  return reasons(
    missing
      .filter(({ any }) => !any.some(isInstalled))
      .map((item) => ({ suites: item.suites, name: `${item.any[0]} (apt-get could not install it)` })),
  );
}

function apt(args, env) {
  const { status, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
  if (status !== 0) console.log(`apt-get ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg', ['-s', name], { encoding: 'utf8' });
  return /^Status: install ok installed$/m.test(stdout);
}

function isKnown(name) {
  return spawnSync('apt-cache', ['show', '--no-all-versions', name]).status === 0;
}

function reasons(missing) {
  const bySuite = new Map();
  for (const { suites, name } of missing) {
    for (const suite of suites) bySuite.set(suite, [...(bySuite.get(suite) ?? []), name]);
  }
  return new Map([...bySuite].map(([suite, names]) => [suite, `missing on this machine: ${names.join(', ')}`]));
}
