import { createInterface } from 'node:readline';
import { BerthError } from '../../contract/errors.ts';
import type { CliIo } from './cli-io.ts';
import { interrupted } from './session.ts';

const MAX_STDIN_BYTES = 1024 * 1024;

/** A secret from a prompt that shows nothing, or, where stdin is no terminal, all of stdin without its last line end. Throws `invalid-argument` when it is empty. */
export async function readSecret(io: CliIo, question: string): Promise<string> {
  const text = io.stdin.isTTY ? await hiddenLine(io, question) : (await readAll(io)).replace(/\r?\n$/, '');
  if (text === '') throw new BerthError('invalid-argument', 'The value is empty; nothing was changed.');
  return text;
}

/** All of stdin as text. Throws `too-large` beyond 1 MiB. */
export async function readAll(io: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    const piece = Buffer.from(chunk as Buffer);
    bytes += piece.length;
    if (bytes > MAX_STDIN_BYTES) throw new BerthError('too-large', 'stdin holds more than 1 MiB.');
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function hiddenLine(io: CliIo, question: string): Promise<string> {
  const { stdin, stderr } = io;
  stderr.write(question);
  stdin.setRawMode?.(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = (end: () => void) => {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write('\n');
      end();
    };
    const onEnd = () => finish(() => resolve(text));
    const onData = (chunk: Buffer | string) => {
      for (const letter of chunk.toString()) {
        if (letter === '\r' || letter === '\n') return finish(() => resolve(text));
        // Raw mode hands Ctrl-C and Ctrl-D over as letters.
        if (letter === '\u0003') return finish(() => reject(interrupted()));
        if (letter === '\u0004') return finish(() => resolve(text));
        if (letter === '\u007f' || letter === '\b') text = [...text].slice(0, -1).join('');
        else if (letter >= ' ') text += letter;
      }
    };
    stdin.on('data', onData);
    stdin.on('end', onEnd);
  });
}

/** A question that only `y` or `yes` agrees to. Throws `invalid-argument` without a terminal, where nobody can answer. */
export async function confirm(io: CliIo, question: string): Promise<boolean> {
  const { stdin, stderr } = io;
  if (!stdin.isTTY) {
    throw new BerthError('invalid-argument', 'There is no terminal to ask at.', {
      hint: 'Add --yes to agree beforehand.',
    });
  }
  stderr.write(question);
  const lines = createInterface({ input: stdin, terminal: false });
  const abort = () => lines.close();
  io.interrupted.addEventListener('abort', abort, { once: true });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    if (io.interrupted.aborted) throw interrupted();
    return false;
  } finally {
    io.interrupted.removeEventListener('abort', abort);
    lines.close();
    stdin.pause();
  }
}
