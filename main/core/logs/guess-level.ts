import type { LogLevel } from '../../../contract/model/log.ts';
import { MarkScanner } from './mark-scanner.ts';

const names: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  notice: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  fatal: 'error',
  critical: 'error',
  panic: 'error',
  alert: 'error',
  emergency: 'error',
};
const klogLetters: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'error' };

/** `E1121 10:00:00.000000   1 file.go:1] text`: https://github.com/kubernetes/klog */
const klog = /^[IWEF]\d{4} \d{2}:\d{2}:\d{2}/;
/** slog, zap, zerolog, pino-with-labels, bunyan-like JSON and logfmt. */
const field = /(?:"(?:level|severity|lvl)"\s*:\s*"|\b(?:level|severity|lvl)=["']?)([A-Za-z]+)/;
/** `[ERROR] text`, `error: text`, `WARN text`, each also after a timestamp. */
const prefix =
  /^(?:\[?\d{4}[-/]\d{2}[-/]\d{2}[T ][\d:.,]+(?:Z|[+-]\d{2}:?\d{2})?\]?\s+)?(?:\[\s*([A-Za-z]+)\s*\]|([A-Za-z]+):\s|([A-Z]{3,8})\s)/;

/** The level that a server's line gives itself; `info` when it does not say. MCP's levels are known as well. */
export function guessLevel(text: string): LogLevel {
  // A pattern costs a flood more than all else that is done to a line: most lines of Go servers are told by one character.
  if (isDigit(text.charCodeAt(1)) && klog.test(text)) return klogLetters[text[0] ?? ''] ?? 'info';
  const named = field.exec(text)?.[1] ?? prefixOf(text);
  const level = named === undefined ? undefined : names[named.toLowerCase()];
  if (level) return level;
  return /^(?:Error\b|Traceback \(most recent|panic: |[A-Z][A-Za-z]{0,40}Error: )/.test(text) ? 'error' : 'info';
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function prefixOf(text: string): string | undefined {
  const found = prefix.exec(text);
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

/** Without one of these no line says another level than `info`, klog's lines apart. A short name is one only where no letter follows. */
const levelMarks = new MarkScanner(
  Object.entries(names)
    .flatMap(([name, level]) =>
      level === 'info' ? [] : name.length > 3 ? [name.slice(0, 4)] : withoutLetterAfter(name),
    )
    .concat('erro', 'trac'),
);

function withoutLetterAfter(name: string): string[] {
  const others = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
    (one) => !/[a-z]/i.test(one),
  );
  return others.map((one) => name + one);
}

/** Whether a line of a text may say a level of its own. When it does not, all its lines are `info`. `codes`: one byte for each character. */
export function mayTellLevels(text: string, codes: Uint8Array): boolean {
  // Marks for klog's letters would be found wherever digits stand.
  if (/^[WEF]\d/.test(text) || ['\nW', '\nE', '\nF'].some((start) => text.includes(start))) return true;
  return levelMarks.next(codes, 0) < text.length;
}
