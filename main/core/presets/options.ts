import { BerthError } from '../../../contract/errors.ts';
import type { OptionValue } from '../../../contract/model/server.ts';
import type { PresetDefinition, PresetOptionDefinition } from './preset-schema.ts';
import { isSecretReference, secretNamesInText } from './secret-references.ts';

type Options = Readonly<Record<string, OptionValue>>;

/** Names of headers, variables and parameters of a URL whose values are secrets by all experience. */
const SECRET_HEADER = /authorization|cookie|token|secret|password|api-?key/i;
const SECRET_PARAMETER =
  /(^|[-_.]|access|auth|api|id|client|session)(token|secret|password|passwd|pwd|key|sig|signature|credentials?|code|auth)$/i;
const SECRET_VARIABLE = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY)$/i;

/**
 * Checks a server's options against its preset. Throws `invalid-argument` that names the option, what it takes and, for
 * secrets, how to give one. With `complete: false`, options that are required may be missing (a change of some of them).
 */
export function validateOptions(preset: PresetDefinition, options: Options, { complete = true } = {}): void {
  for (const [name, value] of Object.entries(options)) checkValue(optionOf(preset, name), value, preset);
  if (!complete) return;
  for (const option of preset.options) requireWhatItNeeds(option, options, preset);
  const missing = preset.options.find((option) => option.required && options[option.name] === undefined);
  if (missing) {
    throw new BerthError('invalid-argument', `The preset "${preset.id}" needs the option "${missing.name}".`, {
      hint: `${missing.title}: ${missing.description}`,
      details: { option: missing.name },
    });
  }
}

function requireWhatItNeeds(option: PresetOptionDefinition, options: Options, preset: PresetDefinition): void {
  const value = options[option.name];
  if (value === undefined || value === false || value === option.default) return;
  const missing = option.needs.find((name) => options[name] === undefined);
  if (missing === undefined) return;
  throw new BerthError(
    'invalid-argument',
    `The option "${option.name}" of "${preset.id}" needs "${missing}" as well.`,
    {
      hint: preset.options.find(({ name }) => name === missing)?.description ?? option.description,
      details: { option: missing },
    },
  );
}

/** The option of this name, or `invalid-argument` with those that there are. */
function optionOf(preset: PresetDefinition, name: string): PresetOptionDefinition {
  const option = preset.options.find((candidate) => candidate.name === name);
  if (option) return option;
  const known = preset.options.map((candidate) => candidate.name);
  throw new BerthError('invalid-argument', `The preset "${preset.id}" has no option "${name}".`, {
    hint: known.length === 0 ? 'It has no options.' : `It has: ${known.join(', ')}.`,
    details: { option: name },
  });
}

/** The JSON value of an option of shape `strings`; empty when it is not set. Throws `invalid-argument` for anything else. */
export function stringsOf(value: OptionValue | undefined): string[] {
  const parsed = value === undefined ? [] : parseShape(String(value), 'strings');
  if (Array.isArray(parsed)) return parsed;
  throw new BerthError('invalid-argument', 'An option that takes a JSON array of strings holds something else.');
}

/** The JSON value of an option of shape `string-map`; empty when it is not set. Throws `invalid-argument` for anything else. */
export function stringMapOf(value: OptionValue | undefined): Record<string, string> {
  const parsed = value === undefined ? {} : parseShape(String(value), 'string-map');
  if (parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new BerthError('invalid-argument', 'An option that takes a JSON object of strings holds something else.', {
    hint: 'When the whole of it is kept as a secret, the secret must be such an object.',
  });
}

/** The words of an option of type `list`. */
export function wordsOf(value: OptionValue): string[] {
  return String(value)
    .split(',')
    .flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

function checkValue(option: PresetOptionDefinition, value: OptionValue, preset: PresetDefinition): void {
  const refuse: Refuse = (expected, hint = option.description) => {
    throw new BerthError('invalid-argument', `The option "${option.name}" of "${preset.id}" takes ${expected}.`, {
      hint,
      details: { option: option.name, expected: option.type, ...(option.choices ? { choices: option.choices } : {}) },
    });
  };
  if (option.secret && secretNamesInText(String(value)).length === 0) {
    refuse('a reference to a secret', `Set it with \`berth secrets set NAME\`, then use ${option.name}=secret:NAME.`);
  }
  switch (option.type) {
    case 'boolean':
      if (typeof value !== 'boolean') refuse('true or false');
      return;
    case 'number':
      if (typeof value !== 'number' || !Number.isInteger(value) || !withinLimits(option, value))
        refuse(numberText(option));
      return;
    case 'choice':
      if (!option.choices?.includes(String(value))) refuse(`one of ${option.choices?.join(', ')}`);
      return;
    case 'list': {
      if (typeof value !== 'string') refuse('words separated by commas');
      const unknown = wordsOf(value).find((word) => option.choices && !option.choices.includes(word));
      if (unknown !== undefined)
        refuse(`words out of ${option.choices?.join(', ')}, separated by commas, not "${unknown}"`);
      return;
    }
    case 'json':
      checkJson(option, value, refuse);
      return;
    case 'string':
      if (typeof value !== 'string') refuse('a text');
      if (/[\0\r\n]/.test(value)) refuse('a text of one line');
      if (option.pattern !== undefined && !new RegExp(option.pattern).test(value)) {
        // A URL may hold a password: it is not repeated.
        refuse(takesUrl(option) ? 'another form of URL' : `another form than "${value}"`);
      }
      if (takesUrl(option)) checkUrl(preset, value, refuse);
  }
}

type Refuse = (expected: string, hint?: string) => never;

function checkJson(option: PresetOptionDefinition, value: OptionValue, refuse: Refuse): void {
  const takesArgs = 'as' in option.apply && option.apply.as === 'args';
  if (isSecretReference(value) && !takesArgs) return;
  const parsed = parseShape(String(value), option.shape);
  const expected = option.shape === 'strings' ? 'a JSON array of strings' : 'a JSON object of strings';
  if (parsed === null) refuse(expected);
  if (!('as' in option.apply)) return;
  if (takesArgs && secretNamesInText(String(value)).length > 0) {
    refuse(
      'no secrets: every program can see the arguments of others',
      'Hand the secret over in the environment, as {"NAME": "secret:NAME"}.',
    );
  }
  const secretName = option.apply.as === 'headers' ? SECRET_HEADER : option.apply.as === 'env' ? SECRET_VARIABLE : null;
  if (secretName === null) return;
  for (const [name, text] of Object.entries(parsed as Record<string, string>)) {
    if (text !== '' && secretName.test(name) && secretNamesInText(text).length === 0) {
      refuse(
        `secrets by reference only, and "${name}" looks like one`,
        'Set it with `berth secrets set NAME`, then write secret:NAME in its place.',
      );
    }
  }
}

const takesUrl = ({ apply }: PresetOptionDefinition) => 'as' in apply && apply.as === 'url';

/** Options are stored as they are, and shown: what lets somebody in belongs into a header that refers to a secret. */
function checkUrl(preset: PresetDefinition, value: string, refuse: Refuse): void {
  const url = parseUrl(value.replaceAll('{port}', '1'));
  if (url === null) refuse('an http or https URL');
  const headers = preset.options.some(({ apply }) => 'as' in apply && apply.as === 'headers');
  const hint = headers
    ? 'Set it with `berth secrets set NAME`, then send it in a header: headers={"Authorization":"Bearer secret:NAME"}.'
    : 'The URL is stored and shown as it is. Hand a login over in another way.';
  if (url.username !== '' || url.password !== '') refuse('a URL without a password in it', hint);
  const parameter = [...url.searchParams.keys()].find((name) => SECRET_PARAMETER.test(name));
  if (parameter !== undefined) refuse(`a URL without a secret in it, and "${parameter}" looks like one`, hint);
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function parseShape(
  text: string,
  shape: 'strings' | 'string-map' | undefined,
): string[] | Record<string, string> | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (shape === 'strings') return Array.isArray(parsed) && parsed.every(isText) ? parsed : null;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  return Object.values(parsed).every(isText) ? (parsed as Record<string, string>) : null;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function withinLimits(option: PresetOptionDefinition, value: number): boolean {
  return value >= (option.minimum ?? Number.NEGATIVE_INFINITY) && value <= (option.maximum ?? Number.POSITIVE_INFINITY);
}

function numberText(option: PresetOptionDefinition): string {
  const { minimum, maximum } = option;
  if (minimum !== undefined && maximum !== undefined) return `a whole number from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `a whole number of at least ${minimum}`;
  return 'a whole number';
}
