import { stripVTControlCharacters } from 'node:util';
import type { ChildResult } from '../../e2e/support/child.ts';
import type { Answer } from './real-client.ts';

/** The answer in a program's list of servers: its line about that name, and whether that says connected (`good`) or not (`bad`). */
export function answerInList(result: ChildResult, name: string, good: RegExp, bad: RegExp): Answer {
  const line = lineAbout(result, name);
  if (line === undefined) return { state: 'absent', words: wordsOf(result) };
  if (bad.test(line)) return { state: 'not-connected', words: line };
  if (good.test(line)) return { state: 'connected', words: line };
  throw new Error(`this line says neither that it is connected nor that it is not: ${line}`);
}

/** The answer of a program that reads its file only. */
export function listedIn(result: ChildResult, name: string): Answer {
  const line = lineAbout(result, name);
  return line === undefined ? { state: 'absent', words: wordsOf(result) } : { state: 'listed', words: line };
}

/** Some lists go to stdout, others to stderr. */
function lineAbout({ stdout, stderr }: ChildResult, name: string): string | undefined {
  const lines = stripVTControlCharacters(`${stdout}\n${stderr}`).split('\n');
  return lines.find((line) => new RegExp(`(^|[^\\w-])${name}([^\\w-]|$)`).test(line))?.trim();
}

function wordsOf({ code, stdout, stderr }: ChildResult): string {
  return stripVTControlCharacters(`${stdout}${stderr} (exit code ${code})`).trim();
}
