import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixture } from '../../conformance/lib/fixture-http.mjs';
import { passThrough } from '../../conformance/lib/pass-through.mjs';
import { answersOf, differences } from '../../conformance/lib/same-answers.mjs';
import { stdioAdapter } from '../../conformance/lib/stdio-adapter.mjs';

const stdioFixture = fileURLToPath(new URL('../../conformance/fixture/stdio.mjs', import.meta.url));
const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

/** What stands between the suite and the product must change nothing, or its verdicts would be about something else. */
describe('what the conformance run puts between the suite and Berth', () => {
  let fixture: Awaited<ReturnType<typeof startFixture>>;
  let direct: Map<string, string>;

  beforeAll(async () => {
    fixture = await startFixture();
    direct = await answersOf(fixture.url);
  });
  afterAll(() => fixture.stop());

  it('asks everything of the fixture, which answers all of it', () => {
    expect(direct.size).toBeGreaterThan(35);
    expect([...direct].filter(([, answer]) => answer.includes('"failed"'))).toEqual([]);
    expect(direct.get('tool test_sampling')).toContain('LLM response: Paris');
  });

  it('passes answers, notifications and requests of the server through the proxy that adds the token', async () => {
    const proxy = await passThrough({ url: fixture.url, headers: { authorization: 'Bearer token' } });
    expect(differences(direct, await answersOf(proxy.url))).toEqual([]);
    await proxy.stop();
  });

  it('passes them through the adapter in front of a stdio program', async () => {
    const adapter = await stdioAdapter({ command: [process.execPath, stdioFixture], env: process.env });
    expect(differences(direct, await answersOf(adapter.url))).toEqual([]);
    expect(await statusOf(adapter.url, { host: 'evil.example.com' })).toBe(403);
    await adapter.stop();
  });

  it('keeps Host and Origin for the server to judge', async () => {
    const proxy = await passThrough({ url: fixture.url, headers: {} });
    expect(await statusOf(proxy.url, { host: 'evil.example.com' })).toBe(403);
    expect(await statusOf(proxy.url, { origin: 'http://evil.example.com' })).toBe(403);
    expect(await statusOf(proxy.url, {})).toBe(400);
    await proxy.stop();
  });
});

/** Of a request without a session, which the fixture refuses with 400 when it takes it at all. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
    const sent = request(url, { method: 'POST', headers: all }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject);
    sent.end(ping);
  });
}
