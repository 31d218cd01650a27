/** What fills the placeholders of a command line or a link. */
export interface TemplateValues {
  /** Key of the entry. */
  readonly name: string;
  /** The program that the client starts, and its arguments. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The entry as the client's file would hold it. */
  readonly entry: Readonly<Record<string, unknown>>;
}

const fields: Readonly<Record<string, (values: TemplateValues) => unknown>> = {
  name: ({ name }) => name,
  command: ({ command }) => command,
  entry: ({ entry }) => entry,
  named: ({ name, entry }) => ({ name, ...entry }),
};

/** Fields of which there may be several or none: arguments only. */
const spreads: Readonly<Record<string, (values: TemplateValues) => readonly string[]>> = {
  'args...': ({ args }) => args,
  'env...': ({ env }) => Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`),
};

const filters: Readonly<Record<string, (value: unknown) => string>> = {
  /** JSON without white space; a text gets quotes. */
  json: (value) => JSON.stringify(value),
  /** Standard alphabet with padding, of the text's UTF-8. */
  base64: (value) => Buffer.from(textOf(value), 'utf8').toString('base64'),
  /** As a component of a URL. */
  uri: (value) => encodeURIComponent(textOf(value)),
};

const placeholder = /\$\{([^}]*)\}/g;

/**
 * What is wrong with a template, as a clause; null when nothing is. A placeholder is `${FIELD}` or `${FIELD|FILTER|…}` with filters from
 * left to right. Fields: `name`, `command`, `entry` (the object in the client's file), `named` (the same with `name` in front); and in
 * `arguments`, where one template becomes as many arguments as there are: `args...`, `env...` (`NAME=value`). Filters: `json`,
 * `base64`, `uri`. What is no text is JSON where it meets text.
 */
export function templateProblem(template: string, place: 'text' | 'argument'): string | null {
  const known = [...Object.keys(fields), ...(place === 'argument' ? Object.keys(spreads) : [])];
  for (const [whole, inside = ''] of template.matchAll(placeholder)) {
    const [field = '', ...wanted] = inside.split('|');
    if (!known.includes(field)) return `${whole} names no field; there are ${known.join(', ')}`;
    const unknown = wanted.find((filter) => !(filter in filters));
    if (unknown !== undefined || (wanted.length > 0 && field in spreads)) {
      return `${whole} has no such filter; there are ${Object.keys(filters).join(', ')}`;
    }
  }
  return null;
}

/** Whether a command line can carry the variables that an entry sets for its program. */
export function carriesEnvironment(templates: readonly string[]): boolean {
  return templates.some((template) => /\$\{(entry|named|env\.\.\.)[|}]/.test(template));
}

/** A template filled in as one text. */
export function fillText(template: string, values: TemplateValues): string {
  return template.replace(placeholder, (_whole, inside: string) => textOf(fieldOf(inside, values)));
}

/** A vector of arguments; each stays one argument, whatever it holds, and a spread field makes as many as it has values. */
export function fillArguments(templates: readonly string[], values: TemplateValues): string[] {
  return templates.flatMap((template) => {
    const [whole, field = ''] = /\$\{(\w+\.\.\.)\}/.exec(template) ?? [];
    const spread = spreads[field];
    if (whole === undefined || spread === undefined) return [fillText(template, values)];
    const [head = '', tail = ''] = template.split(whole);
    return spread(values).map((value) => `${fillText(head, values)}${value}${fillText(tail, values)}`);
  });
}

function fieldOf(inside: string, values: TemplateValues): unknown {
  const [field = '', ...wanted] = inside.split('|');
  const start = fields[field]?.(values);
  return wanted.reduce<unknown>((value, filter) => filters[filter]?.(value) ?? value, start);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
