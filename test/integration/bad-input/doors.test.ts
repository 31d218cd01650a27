import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../e2e/support/sandbox.ts';
import { type RawAnswer, raw } from '../../fixtures/gateway/raw-http.ts';
import { dock } from './support.ts';

let sandbox: Sandbox;
let url: string;
let token: string;
let ui: URL;

beforeAll(async () => {
  sandbox = new Sandbox();
  const { ready } = await sandbox.serve();
  ui = new URL(ready.ui);
  await dock(sandbox, 'good', 'good-stdio.mjs', '--start');
  await dock(sandbox, 'other', 'good-stdio.mjs');
  const minted = await sandbox.json<{ url: string; headers: { Authorization: string } }>(
    ...['endpoint', 'good', '--client', 'me'],
  );
  url = minted.url;
  token = minted.headers.Authorization;
});

afterAll(() => sandbox.dispose());

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

function post(headers: Record<string, string>, to = url): Promise<RawAnswer> {
  const mcp = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  return raw(to, { method: 'POST', headers: { ...mcp, ...headers }, body: initialize });
}

describe('an endpoint', () => {
  it('answers whoever has its token', async () => {
    expect((await post({ authorization: token })).status).toBe(200);
  });

  it.each([
    ['no token', () => ({})],
    ['a wrong token', () => ({ authorization: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` })],
    ['something else than a bearer', () => ({ authorization: 'Basic dXNlcjpwYXNz' })],
    ['an empty token', () => ({ authorization: 'Bearer ' })],
  ])('refuses %s with 401, says what to do, and starts no OAuth dance', async (_what, headers) => {
    const answer = await post(headers());
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.text).toContain('Install the client again from Berth.');
  });

  it('refuses the token of another server', async () => {
    expect((await post({ authorization: token }, url.replace('/good/', '/other/'))).status).toBe(401);
  });

  it.each(['attacker.example', 'attacker.example:80', '127.0.0.1.attacker.example', '0.0.0.0', '[::2]'])(
    'refuses the Host %j, whoever asks (DNS rebinding)',
    async (host) => {
      for (const to of [url, new URL('/healthz', url).href, new URL('/.well-known/x', url).href]) {
        const answer = await post({ authorization: token, host }, to);
        expect(answer.status).toBe(403);
        expect(answer.text).not.toContain('good');
      }
    },
  );

  it.each(['https://attacker.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'file://'])(
    'refuses the Origin %j, also with the token',
    async (origin) => {
      const answer = await post({ authorization: token, origin });
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('keeps the token out of every file and log of Berth', async () => {
    const secret = token.replace('Bearer ', '');
    await sandbox.cli('quit');
    const entries = await readdir(sandbox.berthHome, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      expect(await readFile(`${entry.parentPath}/${entry.name}`, 'utf8')).not.toContain(secret);
    }
    await sandbox.serve({ port: Number(new URL(url).port) });
    expect((await post({ authorization: token })).status).not.toBe(401);
  });
});

describe('the window in a browser', () => {
  it('is not shown to a foreign Host, nor without the one-time link, nor twice with it', async () => {
    const opened = await sandbox.json<{ url: string }>('open', '--no-browser');
    const link = new URL(opened.url);
    expect(link.port).not.toBe(ui.port);
    expect((await raw(new URL('/', link), { headers: { host: 'attacker.example' } })).status).toBe(403);
    expect((await raw(link, { headers: { host: 'attacker.example' } })).status).toBe(403);
    expect((await raw(new URL('/', link))).status).toBe(401);
    expect((await raw(link)).status).toBe(200);
    const again = await raw(link);
    expect(again.status).toBe(401);
    expect(again.text).toContain('berth open');
  });
});
