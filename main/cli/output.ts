import { BerthError } from '../../contract/errors.ts';
import { answer, type CliIo } from './cli-io.ts';
import { type Paint, painter } from './style.ts';

export const outputFormats = ['table', 'wide', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** How an answer looks to a person. */
export type Render<T> = (value: T, look: { wide: boolean; paint: Paint; now: number }) => string;

/** Prints the answer: its JSON or YAML, which is part of the contract, or what `render` makes of it. */
export async function print<T>(io: CliIo, format: OutputFormat, value: T, render: Render<T>): Promise<void> {
  if (format === 'json') answer(io, JSON.stringify(value, null, 2));
  else if (format === 'yaml')
    answer(io, (await import('yaml')).stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }));
  else answer(io, render(value, { wide: format === 'wide', paint: painter(io), now: io.now() }));
}

/** Throws `invalid-argument` for a format that there is not. */
export function parseFormat(text: string | undefined): OutputFormat {
  if (text === undefined) return 'table';
  const format = outputFormats.find((known) => known === text);
  if (format !== undefined && format !== 'table') return format;
  throw new BerthError('invalid-argument', `There is no output format "${text}".`, { hint: 'Use json, yaml or wide.' });
}
