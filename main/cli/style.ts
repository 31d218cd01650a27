import { styleText } from 'node:util';
import type { CliIo } from './cli-io.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'strong';

/** Colours a text for one stream. Never changes its letters. */
export type Paint = (tone: Tone, text: string) => string;

const formats = { good: 'green', warn: 'yellow', bad: 'red', dim: 'dim', strong: 'bold' } as const;

/** Colour only on a terminal, and not where the user asked for none (https://no-color.org). */
export function painter(io: CliIo): Paint {
  const wanted = io.stdout.isTTY === true && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb';
  return wanted ? (tone, text) => styleText(formats[tone], text, { validateStream: false }) : (_tone, text) => text;
}
