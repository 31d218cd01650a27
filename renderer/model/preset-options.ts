import type { PresetOption } from '../../contract/model/preset.ts';
import type { OptionValue } from '../../contract/model/server.ts';

/** What stands in the controls of an options form; a missing or blank entry means "not set". */
export type OptionDrafts = Readonly<Record<string, string>>;

export interface OptionReading {
  /** Undefined: not set. */
  readonly value: OptionValue | undefined;
  readonly problem: string | null;
}

/** What an option's control holds, as the value that is sent. Blank is never sent. */
export function readOption(option: PresetOption, draft: string | undefined): OptionReading {
  const text = draft?.trim() ?? '';
  if (text === '') return { value: undefined, problem: option.required ? 'this is required' : null };
  switch (option.type) {
    case 'number': {
      const number = Number(text);
      return Number.isFinite(number) ? good(number) : bad('this must be a number');
    }
    case 'boolean':
      return good(text === 'true');
    case 'json':
      return isJson(text) ? good(text) : bad('this is not valid JSON');
    default:
      return good(text);
  }
}

/** The controls' content for what a server has set. */
export function draftsOf(values: Readonly<Record<string, OptionValue>>): OptionDrafts {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

export interface OptionsReading {
  readonly values: Readonly<Record<string, OptionValue>>;
  readonly problems: Readonly<Record<string, string>>;
}

/** A whole form: the values that are set, and what is wrong where. */
export function readOptions(options: readonly PresetOption[], drafts: OptionDrafts): OptionsReading {
  const values: Record<string, OptionValue> = {};
  const problems: Record<string, string> = {};
  for (const option of options) {
    const { value, problem } = readOption(option, drafts[option.name]);
    if (value !== undefined) values[option.name] = value;
    if (problem !== null) problems[option.name] = problem;
  }
  return { values, problems };
}

/** The change from what a server has to what the form says; null takes an option back to its default. */
export function optionChanges(
  before: Readonly<Record<string, OptionValue>>,
  after: Readonly<Record<string, OptionValue>>,
): Record<string, OptionValue | null> {
  const changes: Record<string, OptionValue | null> = {};
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) changes[name] = value;
  for (const name of Object.keys(before)) if (!(name in after)) changes[name] = null;
  return changes;
}

/** Members of a `list` option's text. */
export function listMembers(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean);
}

function good(value: OptionValue): OptionReading {
  return { value, problem: null };
}

function bad(problem: string): OptionReading {
  return { value: undefined, problem };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
