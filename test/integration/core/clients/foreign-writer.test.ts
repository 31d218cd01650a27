import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { type ClientSandbox, openClientSandbox, writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

const program = fileURLToPath(new URL('../../../fixtures/clients/foreign-writer.mjs', import.meta.url));

/** With each of the two kinds; both together in `long`: a thousand. */
const ROUNDS = Number(process.env.WRITE_ROUNDS ?? 100) / 2;
const client = 'claude-desktop';

describe.each(['rename', 'in-place'])(
  'a client that rewrites its file while Berth does, by %s, and ignores the lock',
  (how) => {
    let sandbox: ClientSandbox;
    beforeEach(async () => {
      sandbox = await openClientSandbox();
    });
    afterEach(() => sandbox.dispose());

    const startForeign = (pauseMs: number) => {
      const child = spawn(process.execPath, [program, sandbox.claudeFile, how, String(pauseMs)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
      });
      const closed = once(child, 'close');
      return async () => {
        child.stdin.end();
        expect(await closed).toEqual([0, null]);
        return Number(said);
      };
    };

    /** What one change of ours came to: done, or an error that says why not; true when it says that it may have lost a change of theirs. */
    const attempt = async (change: () => Promise<unknown>) => {
      try {
        await change();
        return { done: true, lost: false };
      } catch (error) {
        if (!(error instanceof BerthError)) throw error;
        expect(error.code, error.message).toBe('conflict');
        return { done: false, lost: error.details?.overwritten === true };
      }
    };

    it(`loses none of its changes and none of ours silently, in ${ROUNDS} rounds`, async () => {
      const { clients, claudeFile } = sandbox;
      await writeDeep(claudeFile, '{}');
      // As fast as Berth is on this machine now: faster, and nothing of ours would ever go through; slower, and nobody would meet.
      const began = performance.now();
      await clients.install({ client, slugs: ['r0'] });
      await clients.uninstall({ client });
      const stop = startForeign(performance.now() - began);
      const read = () => readFile(claudeFile, 'utf8');
      let told = 0;
      let done = 0;
      let compared = 0;
      for (let round = 1; round <= ROUNDS; round++) {
        // A name of its own for each: one that the client brings back from its memory would be in the way of the next.
        const slug = `r${round}`;
        const installed = await attempt(() => clients.install({ client, slugs: [slug] }));
        const before = await read();
        const { entries } = await clients.get(client);
        // Where the file held still, what Berth says is what is there: the entry, or that it is missing.
        if (installed.done && (await read()) === before && before !== '') {
          const there = before.includes(`"berth-${slug}"`);
          expect(entries.find((entry) => entry.slug === slug)?.state).toBe(there ? 'installed' : 'missing');
          compared++;
        }
        const removed = installed.done ? await attempt(() => clients.uninstall({ client, slugs: [slug] })) : installed;
        told += Number(installed.lost) + Number(removed !== installed && removed.lost);
        done += Number(installed.done);
      }
      const rounds = await stop();
      const { log } = JSON.parse(await read());
      const missing = Array.from({ length: rounds }, (_, index) => index + 1).filter((round) => !log.includes(round));
      expect(missing.length, `rounds that the client lost, of which Berth told ${told}`).toBeLessThanOrEqual(told);
      // Both wrote, and some of it went through while the other did.
      expect(Math.min(rounds, done, compared)).toBeGreaterThan(0);
      expect(await readdir(dirname(claudeFile))).toEqual([basename(claudeFile)]);
    }, 600_000);
  },
);
