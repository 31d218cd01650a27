import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { type Settings, type SettingsPatch, settingsPatchSchema } from '../../../contract/model/settings.ts';
import { type CliIo, say, sayError } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { withBerth } from '../session.ts';
import { facts } from '../table.ts';

/** config path|edit|set|validate: all but `set` work without a running Berth, which picks edits up by itself. */
export function addConfigCommands(program: Command, { io, exit }: CommandKit): void {
  const group = program.command('config').description('the settings file');
  withOutput(group.command('path'))
    .description('print the path of the settings file')
    .action(async (options: { output?: string }) => {
      const { settingsFile } = await paths(io);
      await print(io, formatOf(options), { path: settingsFile }, ({ path }) => path);
    });

  group
    .command('edit')
    .description('open the settings file in $VISUAL or $EDITOR and check it after')
    .action(async () => {
      const { settingsFile } = await paths(io);
      await mkdir(dirname(settingsFile), { recursive: true, mode: 0o700 });
      await edit(io, settingsFile);
      const [checked] = await validate(io, settingsFile);
      if (checked?.error) {
        sayError(io, checked.error);
        say(io, 'Until then the last good settings stay in force.');
        exit(1);
      }
    });

  addConfigSet(group, io);

  withOutput(group.command('validate [file]'))
    .description('check the settings, your presets and clients, or one such file; prints line and column of a mistake')
    .action(async (file: string | undefined, options: { output?: string }) => {
      const results = await validate(io, file === undefined ? undefined : resolve(io.cwd, file));
      await print(io, formatOf(options), results, (all) =>
        all
          .map(({ file: path, error }) => (error ? '' : `${path} is valid.`))
          .filter(Boolean)
          .join('\n'),
      );
      for (const { error } of results) if (error) sayError(io, error);
      if (results.some(({ error }) => error !== null)) exit(1);
    });
}

/** config set and what it may be given. */
function addConfigSet(group: Command, io: CliIo): void {
  withOutput(group.command('set <setting> <value>'))
    .description(
      "change one of Berth's own settings: port, theme, start-at-login, all.mode, env.NAME, or clients.ID.file",
    )
    .action(async (setting: string, value: string, options: { output?: string }) => {
      const changed = await withBerth(io, async (berth) => {
        const { settings } = await berth.call('settings.get');
        return berth.call('settings.update', settingsPatch(setting, value, settings));
      });
      await print(io, formatOf(options), changed, ({ port, theme, startAtLogin, all, env, clients }) =>
        facts([
          ['port', String(port)],
          ['theme', theme],
          ['start-at-login', startAtLogin ? 'on' : 'off'],
          ['all.mode', all.mode],
          ...Object.entries(env).map(([name, text]) => [`env.${name}`, text] as const),
          ...Object.entries(clients).map(([id, { file = '' }]) => [`clients.${id}.file`, file] as const),
        ]),
      );
    });
}

/** What the words of `config set` change. An empty value takes a variable or a client's file away. Throws `invalid-argument`. */
export function settingsPatch(
  setting: string,
  value: string,
  { env, clients }: Pick<Settings, 'env' | 'clients'>,
): SettingsPatch {
  if (setting.startsWith('env.')) {
    const { [setting.slice(4)]: _former, ...others } = env;
    return { env: value === '' ? others : { ...others, [setting.slice(4)]: value } };
  }
  const client = /^clients\.([^.]+)\.file$/.exec(setting)?.[1];
  const wanted: Record<string, unknown> =
    setting === 'port'
      ? { port: /^\d+$/.test(value) ? Number(value) : value }
      : setting === 'theme'
        ? { theme: value }
        : setting === 'start-at-login'
          ? { startAtLogin: value === 'on' ? true : value === 'off' ? false : value }
          : setting === 'all.mode'
            ? { all: { mode: value } }
            : client !== undefined
              ? { clients: pinned(clients, client, value) }
              : {};
  const patch = settingsPatchSchema.safeParse(wanted);
  if (patch.success && Object.keys(patch.data).length > 0) return patch.data;
  throw new BerthError('invalid-argument', `"${setting}" cannot be set to "${value}".`, {
    hint: 'Use port NUMBER, theme system|light|dark, start-at-login on|off, all.mode tools|search, env.NAME VALUE, or clients.ID.file PATH.',
  });
}

function pinned(clients: Settings['clients'], client: string, file: string): Settings['clients'] {
  const { [client]: _former, ...others } = clients;
  return file === '' ? others : { ...others, [client]: { file } };
}

async function paths(io: CliIo) {
  const { berthPaths } = await import('../../core/paths.ts');
  return berthPaths(io.env, io.platform);
}

/** One result per file: the named one, else the settings, all presets and all descriptions of clients of the user. */
async function validate(io: CliIo, file: string | undefined) {
  const { validateConfigText } = await import('../offline/validate-config.ts');
  const { settingsFile, presets, clients } = await paths(io);
  const files =
    file === undefined ? [settingsFile, ...(await yamlFilesIn(presets)), ...(await yamlFilesIn(clients))] : [file];
  return Promise.all(
    files.map(async (path) => ({
      file: path,
      error: await validateConfigText(await readText(path, path === settingsFile), path),
    })),
  );
}

async function yamlFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function readText(path: string, mayBeMissing: boolean): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayBeMissing) return '';
    if (code === 'ENOENT') throw new BerthError('not-found', `There is no file ${path}.`);
    throw new BerthError('invalid-argument', `${path} cannot be read: ${code ?? 'unknown reason'}.`);
  }
}

/** Runs the user's editor as git does: the variable may hold arguments, so a shell splits it. */
function edit(io: CliIo, file: string): Promise<void> {
  const windows = io.platform === 'win32';
  const editor = io.env['VISUAL'] || io.env['EDITOR'] || (windows ? 'notepad' : 'vi');
  const [command, args] = windows
    ? ['cmd', ['/d', '/s', '/c', `${editor} "${file}"`]]
    : ['/bin/sh', ['-c', `${editor} "$1"`, 'berth', file]];
  return new Promise((resolvePromise, reject) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: { ...io.env },
      windowsVerbatimArguments: windows,
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolvePromise();
      else {
        reject(
          new BerthError('command-missing', `The editor "${editor}" ended with ${code ?? 'a signal'}.`, {
            hint: 'Set EDITOR to your editor, e.g. EDITOR=nano.',
          }),
        );
      }
    });
  });
}
