import type { PresetDefinition } from '../../presets/preset-schema.ts';
import { type RunCommand, runCommand } from './command-line.ts';
import type { ForeignEntry } from './foreign-entry.ts';

/** A flag or variable as it was given; a bare switch has no value. */
export interface Given {
  readonly name: string;
  readonly value: string | null;
}

/** A command of a client's file, seen as what one of the presets runs. */
export interface Recognised {
  readonly preset: PresetDefinition;
  readonly run: RunCommand;
  readonly flags: readonly Given[];
  /** Variables of the entry and of the command line. */
  readonly variables: readonly Given[];
  /** Words that are neither flags nor their values. */
  readonly stray: readonly string[];
}

/** Which preset's program an entry runs, and what it gives to it; null for any other. Pure. */
export function recognise(entry: ForeignEntry, presets: Iterable<PresetDefinition>): Recognised | null {
  if (entry.command === null) return null;
  const run = runCommand(entry.command, entry.args);
  for (const preset of presets) {
    const rest = argumentsOf(preset, run);
    if (rest === null) continue;
    const variables = Object.entries({ ...entry.env, ...run.env }).map(([name, value]) => ({ name, value }));
    return { preset, run, variables, ...takeApart(preset, rest) };
  }
  return null;
}

/** What was given under one of these names, the first one that was. */
export function givenAs(found: Recognised, names: readonly string[]): Given | null {
  const all = [...found.flags, ...found.variables];
  for (const name of names) {
    const given = all.find((one) => one.name === name);
    if (given !== undefined) return given;
  }
  return null;
}

/** Whether a switch is on: there, and not said to be false. */
export function isOn(given: Given | null): boolean {
  return given !== null && !/^(false|0|no|off)?$/i.test(given.value ?? 'true');
}

/** Whether the entry itself keeps its server from writing. */
export function isReadOnly(found: Recognised): boolean {
  const { existing } = found.preset;
  if (isOn(givenAs(found, existing?.readOnly ?? []))) return true;
  return existing !== undefined && existing.writes.length > 0 && !isOn(givenAs(found, existing.writes));
}

/** The arguments behind the words by which the program was recognised; null when it is another program. */
function argumentsOf({ existing }: PresetDefinition, run: RunCommand): readonly string[] | null {
  if (existing === undefined) return null;
  if (run.package !== null && existing.packages.includes(run.package)) return run.args;
  if (run.image !== null) return existing.images.includes(run.image) ? run.args : null;
  for (const [program, ...words] of existing.commands) {
    if (program !== run.program) continue;
    const rest = without(run.args, words);
    if (rest !== null) return rest;
  }
  return null;
}

/** The arguments without these words, which must be there in this order; null when they are not. */
function without(args: readonly string[], words: readonly string[]): string[] | null {
  const rest: string[] = [];
  let next = 0;
  for (const arg of args) {
    if (arg === words[next]) next++;
    else rest.push(arg);
  }
  return next === words.length ? rest : null;
}

function takeApart(preset: PresetDefinition, args: readonly string[]): { flags: Given[]; stray: string[] } {
  const flags: Given[] = [];
  const stray: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const [, typed, joined] = /^(--?[A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (typed === undefined) {
      stray.push(arg);
      continue;
    }
    const name = longName(preset, typed);
    const next = args[index + 1];
    if (joined !== undefined) flags.push({ name, value: joined });
    else if (isSwitch(preset, name) || next === undefined || /^-[A-Za-z-]/.test(next))
      flags.push({ name, value: null });
    else {
      flags.push({ name, value: next });
      index++;
    }
  }
  return { flags, stray };
}

/** Go's own flag package takes long names with one dash, too. */
function longName({ existing }: PresetDefinition, typed: string): string {
  const alias = existing?.aliases[typed];
  if (alias !== undefined) return alias;
  return /^-[A-Za-z][\w.-]/.test(typed) ? `-${typed}` : typed;
}

function isSwitch(preset: PresetDefinition, name: string): boolean {
  const option = preset.options.find(({ apply }) => 'flag' in apply && apply.flag === name);
  return option?.type === 'boolean' || (preset.existing?.switches.includes(name) ?? false);
}
