import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import type { Preset, PresetOption } from '../../../contract/model/preset.ts';
import { sayError } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { withBerthOr } from '../session.ts';
import { facts, table } from '../table.ts';
import { addInstallProgramCommands } from './install-program.ts';

/** What can be docked; with an id, one preset and its options. */
export function addPresetsCommand(program: Command, kit: CommandKit): void {
  const { io } = kit;
  const command = withOutput(program.command('presets [id]'))
    .description('list what can be docked, or the options of one preset')
    .option('--refresh', 'look for programs again', false)
    .action(async (id: string | undefined, options: { output?: string; refresh: boolean }) => {
      const presets = await withBerthOr(
        io,
        (berth) => berth.call('presets.list', { refresh: options.refresh }),
        async () => {
          const { listPresetsOffline } = await import('../offline/presets.ts');
          const found = await listPresetsOffline(io.env, io.platform);
          for (const problem of found.problems) sayError(io, problem);
          return found.presets;
        },
      );
      if (id === undefined) return print(io, formatOf(options), presets, presetsText);
      await print(io, formatOf(options), presetOf(presets, id), presetText);
    });
  addInstallProgramCommands(command, kit);
}

/** The preset of this id. Throws `not-found` with those that there are. */
export function presetOf(presets: readonly Preset[], id: string): Preset {
  const preset = presets.find((candidate) => candidate.id === id);
  if (preset) return preset;
  throw new BerthError('not-found', `There is no preset "${id}".`, {
    hint: `There are: ${presets.map((candidate) => candidate.id).join(', ')}.`,
  });
}

const presetsText: Render<readonly Preset[]> = (presets, { wide, paint }) => {
  const lines = table(
    presets,
    [
      { head: 'ID', text: (preset) => preset.id },
      {
        head: 'STATE',
        text: stateText,
        paint: (text) => paint(text === 'found' || text === 'ready' ? 'good' : 'warn', text),
      },
      { head: 'VERSION', text: (preset) => preset.found?.version },
      { head: 'TRANSPORTS', text: (preset) => preset.transports.join(',') },
      { head: 'PATH', text: (preset) => preset.found?.path },
      { head: 'DESCRIPTION', text: (preset) => preset.description, wide: true },
    ],
    wide,
  );
  const advice = presets.flatMap(({ id, install }) =>
    install === null ? [] : [`${paint('warn', `${id}:`)} ${install}`],
  );
  return advice.length === 0 ? lines : `${lines}\n\n${advice.join('\n')}`;
};

function stateText({ found, install }: Preset): string {
  if (!found) return 'missing';
  if (install !== null) return 'not usable';
  return found.path === '' ? 'ready' : 'found';
}

const presetText: Render<Preset> = (preset, { wide, paint }) => {
  const head = facts([
    ['Id', preset.id],
    ['Title', preset.title],
    ['About', preset.description],
    ['Homepage', preset.homepage],
    ['State', stateText(preset)],
    ['Program', preset.found && `${preset.found.path || 'none needed'} ${preset.found.version ?? ''}`.trim()],
    ['Transports', preset.transports.join(', ')],
    ['Context', preset.needsContext ? 'needed' : 'not needed'],
  ]);
  const options = table(
    preset.options,
    [
      { head: 'OPTION', text: (option) => option.name },
      { head: 'TYPE', text: typeText },
      { head: 'DEFAULT', text: (option) => (option.default === undefined ? null : String(option.default)) },
      { head: 'DESCRIPTION', text: (option) => option.description },
    ],
    wide,
  );
  const withheld = preset.withheld.map(({ names, why }) => `${names.join(', ')}\n  ${why}`);
  const notes = preset.warnings.map((warning) => `${paint('warn', 'Note:')} ${warning}`);
  return [
    head,
    ...(preset.install === null ? [] : [`${paint('warn', 'Get it:')} ${preset.install}`]),
    ...(preset.options.length === 0 ? [] : [options]),
    ...(withheld.length === 0 ? [] : [['Left to Berth:', ...withheld].join('\n')]),
    ...notes,
  ].join('\n\n');
};

function typeText(option: PresetOption): string {
  const type = option.choices ? option.choices.join('|') : option.type;
  return `${type}${option.type === 'list' ? ',…' : ''}${option.required ? ' (required)' : ''}`;
}
