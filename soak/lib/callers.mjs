import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** A call may take as long as Berth waits for a server that restarts, and some more. */
const CALL_MS = 45_000;
const PAUSE_MS = 100;

/**
 * AI clients that call the tool `echo` of one server each, all the time. While servers are being killed, calls may fail, but each
 * must end, and none may bring somebody else's answer.
 */
export class Callers {
  counts = { answered: 0, failed: 0, wrong: 0 };
  #running = null;
  #stopping = false;

  /** @param {import('../../bench/lib/control.mjs').Control} control @param {string[]} slugs */
  start(control, slugs) {
    this.#stopping = false;
    this.#running = Promise.all(slugs.map((slug, number) => this.#call(control, slug, `soak-${number}`)));
  }

  /** Resolves when every call has ended. */
  async stop() {
    this.#stopping = true;
    await this.#running;
  }

  async #call(control, slug, name) {
    for (let number = 0; !this.#stopping; ) {
      const client = new Client({ name, version: '1.0.0' });
      try {
        const { url, headers } = await control.call('endpoint.mint', { slug, name });
        await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
        while (!this.#stopping) {
          number += 1;
          const text = `${slug} ${number}`;
          const result = await client.callTool({ name: 'echo', arguments: { text } }, undefined, { timeout: CALL_MS });
          if (result.isError) this.counts.failed += 1;
          else if (result.content[0]?.text === text) this.counts.answered += 1;
          else this.counts.wrong += 1;
          await sleep(PAUSE_MS);
        }
      } catch {
        // Its server or Berth itself has just been killed.
        this.counts.failed += 1;
        await sleep(PAUSE_MS);
      } finally {
        await client.close().catch(() => {});
      }
    }
  }
}
