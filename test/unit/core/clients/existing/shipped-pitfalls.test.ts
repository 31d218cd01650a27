import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { foreignEntry } from '../../../../../main/core/clients/existing/foreign-entry.ts';
import { fallsInto } from '../../../../../main/core/clients/existing/pitfall.ts';
import { loadClientRegistry } from '../../../../../main/core/clients/registry.ts';

const rows = await loadClientRegistry(fileURLToPath(new URL('../../../../../assets/clients', import.meta.url)));
const url = 'https://h.example.com/mcp';

/** Ids of the mistakes in an entry of a client, and what the client takes it for. */
function judged(client: string, entry: unknown): [string[], string | null] {
  const pitfalls = rows.find(({ id }) => id === client)?.pitfalls ?? [];
  const ids = pitfalls.filter((pitfall) => fallsInto(pitfall, entry)).map(({ id }) => id);
  return [ids, foreignEntry('it', entry, pitfalls).transport];
}

it.each([
  ['claude-desktop', { url }, ['url-in-stdio-client'], 'http'],
  ['cursor', { serverUrl: url }, ['server-url'], 'http'],
  ['claude-code', { url }, ['url-without-type'], 'http'],
  ['claude-code', { url, type: 'http' }, [], 'http'],
  ['cline', { url }, ['url-without-type'], 'sse'],
  ['cline', { url, type: 'http' }, ['unknown-type'], 'http'],
  ['cline', { url, type: 'streamableHttp' }, [], 'http'],
  ['codex', { url, headers: {} }, ['headers'], 'http'],
  ['codex', { url, http_headers: {} }, [], 'http'],
  ['codex', { url, bearer_token: 'x' }, ['bearer-token'], 'http'],
  ['gemini-cli', { httpUrl: url }, ['http-url'], 'http'],
  ['gemini-cli', { url, type: 'http' }, [], 'http'],
  ['qwen-code', { url }, ['url-is-sse'], 'sse'],
  ['qwen-code', { httpUrl: url }, [], 'http'],
  ['windsurf', { url }, ['url-instead-of-server-url'], 'http'],
  ['windsurf', { serverUrl: url }, [], 'http'],
  ['antigravity', { url }, ['url-instead-of-server-url'], 'http'],
  ['opencode', { command: 'x', args: ['y'] }, ['command-and-args'], 'stdio'],
  ['opencode', { type: 'local', command: ['x', 'y'], environment: {} }, [], 'stdio'],
])('%s: %j', (client, entry, ids, transport) => {
  expect(judged(client, entry)).toEqual([ids, transport]);
});

it('what Berth writes itself is no mistake in any client', () => {
  for (const { id, entries } of rows) {
    for (const shape of [entries.url, entries.stdio]) if (shape) expect([id, judged(id, shape)[0]]).toEqual([id, []]);
  }
});
