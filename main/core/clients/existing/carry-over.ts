import { toErrorInfo } from '../../../../contract/errors.ts';
import type { OptionValue } from '../../../../contract/model/server.ts';
import type { ExistingDefinition } from '../../presets/existing-schema.ts';
import { validateOptions } from '../../presets/options.ts';
import type { PresetDefinition, PresetOptionDefinition } from '../../presets/preset-schema.ts';
import { type Given, isOn, type Recognised } from './recognise.ts';
import { isReference, isSecretName, looksSecret } from './secret-values.ts';

export interface CarriedOver {
  readonly options: Record<string, OptionValue>;
  /** Nothing that the entry says is dropped without a word. */
  readonly notCarriedOver: { what: string; why: string }[];
}

/** Variables that servers get from the login shell anyway (D13). */
const FROM_LOGIN_SHELL = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TMPDIR|TEMP|TMP|(HTTPS?|NO|ALL)_PROXY)$/i;

/** Turns flags and variables into the preset's options, by the preset's own data. Pure. */
export function carryOver(found: Recognised): CarriedOver {
  const options: Record<string, OptionValue> = {};
  const notCarriedOver: { what: string; why: string }[] = [];
  for (const given of [...found.flags, ...found.variables]) {
    if (isSettled(found.preset, given.name)) continue;
    const option = optionFor(found.preset, given.name);
    const why = option === null ? reasonFor(found.preset, given.name) : setOption(found.preset, option, given, options);
    if (why !== null) notCarriedOver.push({ what: shown(given), why });
  }
  for (const word of found.stray) {
    notCarriedOver.push({ what: looksSecret(word) ? '…' : word, why: 'It is no flag of this server.' });
  }
  const needing = unmetNeeds(found.preset, options);
  for (const name of needing) {
    delete options[name];
    notCarriedOver.push({ what: name, why: 'It does nothing without another option that the entry does not set.' });
  }
  return { options, notCarriedOver };
}

/** What Berth decides by the binding and the guard. */
function isSettled({ existing }: PresetDefinition, name: string): boolean {
  const settled: (keyof ExistingDefinition)[] = ['kubeconfig', 'context', 'namespace', 'server', 'token', 'readOnly'];
  return settled.some((key) => (existing?.[key] as readonly string[] | undefined)?.includes(name));
}

function optionFor(preset: PresetDefinition, name: string): PresetOptionDefinition | null {
  const direct = preset.options.find(
    ({ apply }) => ('flag' in apply && apply.flag === name) || ('env' in apply && apply.env === name),
  );
  // A flag that Berth hands over as a variable has an option of its name.
  return direct ?? preset.options.find((option) => `--${option.name}` === name && !('as' in option.apply)) ?? null;
}

function setOption(
  preset: PresetDefinition,
  option: PresetOptionDefinition,
  given: Given,
  options: Record<string, OptionValue>,
): string | null {
  if (given.value !== null && isReference(given.value))
    return 'Only the client can fill this in: set the option by hand.';
  const value = typed(option, given);
  try {
    validateOptions(preset, { [option.name]: value }, { complete: false });
  } catch (error) {
    return option.secret ? 'It is a secret.' : (toErrorInfo(error).hint ?? 'The option takes another value.');
  }
  options[option.name] = value;
  return null;
}

function typed(option: PresetOptionDefinition, given: Given): OptionValue {
  if (option.type === 'boolean') {
    const off = 'env' in option.apply && option.apply.whenFalse !== undefined && given.value === option.apply.whenFalse;
    return !off && isOn(given);
  }
  const value = given.value ?? '';
  return option.type === 'number' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function reasonFor(preset: PresetDefinition, name: string): string {
  const withheld = preset.withheld.find(({ names }) => names.includes(name));
  if (withheld) return withheld.why;
  if (name.startsWith('-')) return 'Berth knows no option for this flag.';
  return FROM_LOGIN_SHELL.test(name)
    ? "Servers get this variable from your login shell's environment."
    : 'Berth knows no option for this variable; under env in the settings it can be given to all servers.';
}

function unmetNeeds(preset: PresetDefinition, options: Readonly<Record<string, OptionValue>>): string[] {
  return preset.options
    .filter(
      ({ name, needs }) =>
        options[name] !== undefined && options[name] !== false && needs.some((need) => options[need] === undefined),
    )
    .map(({ name }) => name);
}

function shown({ name, value }: Given): string {
  if (value === null) return name;
  const secret = isSecretName(name.replace(/^-+/, '')) || looksSecret(value) || !name.startsWith('-');
  return name.startsWith('-') ? `${name} ${secret ? '…' : value}` : name;
}
