import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile, utimes } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

const whole = '{"mcpServers":{"theirs":{"command":"x"}}}';

describe('a file that its client is writing in place', () => {
  let sandbox: ClientSandbox;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
    await writeDeep(sandbox.cursorFile, whole);
  });
  afterEach(() => sandbox.dispose());

  /** Empties the file and writes it in two parts, as slowly as a busy machine does. */
  const writeSlowly = (firstPart: number) => {
    const file = openSync(sandbox.cursorFile, 'w');
    writeSync(file, whole.slice(0, firstPart));
    setTimeout(() => {
      writeSync(file, whole.slice(firstPart));
      closeSync(file);
    }, 120);
  };

  it.each([
    ['still empty', 0],
    ['half there', 20],
  ])('is not called unreadable while it is %s', async (_what, part) => {
    writeSlowly(part);
    expect(await sandbox.clients.get('cursor')).toMatchObject({ state: 'available', error: null });
  });

  it.each([
    ['still empty', 0],
    ['half there', 20],
  ])('is not overwritten while it is %s', async (_what, part) => {
    writeSlowly(part);
    await sandbox.clients.install({ client: 'cursor', slugs: ['a'] });
    const { mcpServers } = JSON.parse(await readFile(sandbox.cursorFile, 'utf8'));
    expect(Object.keys(mcpServers)).toEqual(['theirs', 'berth-a']);
  });

  it('is unreadable at once when it was left like that', async () => {
    await writeDeep(sandbox.cursorFile, whole.slice(0, 20));
    await utimes(sandbox.cursorFile, 1, 1);
    const before = performance.now();
    expect(await sandbox.clients.get('cursor')).toMatchObject({ state: 'unreadable' });
    expect(performance.now() - before).toBeLessThan(250);
  });
});
