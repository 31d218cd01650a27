import type { Command } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import { type Preset, type PresetOption, sourceWords, verdictWords } from '../../../contract/model/preset.ts';
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
        paint: (text) => paint(text.startsWith('found') || text === 'ready' ? 'good' : 'warn', text),
      },
      { head: 'VERSION', text: (preset) => preset.found?.version },
      { head: 'TRANSPORTS', text: (preset) => preset.transports.join(',') },
      { head: 'PATH', text: (preset) => preset.found?.path },
      { head: 'DESCRIPTION', text: (preset) => preset.description, wide: true },
    ],
    wide,
  );
  const advice = presets.flatMap((preset) =>
    adviceOf(preset).map((text) => `${paint('warn', `${preset.id}:`)} ${text}`),
  );
  return [lines, ...(wide ? foundText(presets) : []), ...(advice.length === 0 ? [] : [advice.join('\n')])].join('\n\n');
};

/** Every program that was found, the one of each preset that is used first. */
function foundText(presets: readonly Preset[]): string[] {
  const rows = presets.flatMap(({ id, program }) => (program?.found ?? []).map((found) => ({ id, ...found })));
  if (rows.length === 0) return [];
  const columns = [
    { head: 'ID', text: (row: (typeof rows)[number]) => row.id },
    { head: 'VERSION', text: (row: (typeof rows)[number]) => row.version },
    { head: 'VERDICT', text: (row: (typeof rows)[number]) => verdictWords[row.verdict] },
    { head: 'WHERE', text: (row: (typeof rows)[number]) => sourceWords[row.source] },
    { head: 'FOUND AT', text: (row: (typeof rows)[number]) => row.path },
  ];
  return [table(rows, columns, true)];
}

/** How to get the program or a newer one; nothing when all is well. */
function adviceOf({ id, install, program }: Preset): string[] {
  const command = `\`berth presets install ${id}\``;
  if (install !== null) {
    const byBerth = program?.installable && program.verdict !== 'usable' && program.verdict !== 'unknown-version';
    return [byBerth ? `${install}. Or let Berth do it: ${command}` : install];
  }
  return program?.update ? [`Berth can install ${program.update} in the place of what it installed: ${command}`] : [];
}

function stateText({ found, install, program }: Preset): string {
  if (!found) return verdictWords.missing;
  if (program && program.verdict !== 'usable') return verdictWords[program.verdict];
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
    ...adviceOf(preset).map((text) => `${paint('warn', 'Get it:')} ${text}`),
    ...(wide ? foundText([preset]) : []),
    ...(preset.options.length === 0 ? [] : [options]),
    ...(withheld.length === 0 ? [] : [['Left to Berth:', ...withheld].join('\n')]),
    ...notes,
  ].join('\n\n');
};

function typeText(option: PresetOption): string {
  const type = option.choices ? option.choices.join('|') : option.type;
  return `${type}${option.type === 'list' ? ',…' : ''}${option.required ? ' (required)' : ''}`;
}
