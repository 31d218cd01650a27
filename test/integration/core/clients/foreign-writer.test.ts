import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

const program = fileURLToPath(new URL('../../../fixtures/clients/foreign-writer.mjs', import.meta.url));

const ROUNDS = 400;

describe('a client that rewrites its file while Berth does, and ignores the lock', () => {
  let sandbox: ClientSandbox;
  beforeEach(async () => {
    sandbox = await openClientSandbox();
  });
  afterEach(() => sandbox.dispose());

  it('loses none of its changes, and what it undoes of ours is not silent', async () => {
    const { clients, claudeFile } = sandbox;
    const client = 'claude-desktop';
    await writeDeep(claudeFile, '{}');
    const foreign = spawn(process.execPath, [program, claudeFile, String(ROUNDS)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    let running = true;
    const ended = once(foreign, 'exit').finally(() => {
      running = false;
    });
    let written = 0;
    while (running) {
      try {
        await clients.install({ client, slugs: ['a'] });
        written++;
        await clients.uninstall({ client });
      } catch (error) {
        expect(error).toBeInstanceOf(BerthError);
        expect(['conflict', 'already-exists']).toContain((error as BerthError).code);
      }
    }
    expect(await ended).toEqual([0, null]);
    expect(written).toBeGreaterThan(0);
    const { log } = JSON.parse(await readFile(claudeFile, 'utf8'));
    expect(log).toEqual(Array.from({ length: ROUNDS }, (_, index) => index + 1));
    expect((await readdir(dirname(claudeFile))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
