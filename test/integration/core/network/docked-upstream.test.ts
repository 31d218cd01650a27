import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CallInput, type CallName, type CallOutput, calls } from '../../../../contract/calls.ts';
import type { CheckResult } from '../../../../contract/model/doctor.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { PrivateAuthority } from '../../../fixtures/network/authority.ts';
import { CompanyProxy } from '../../../fixtures/network/company-proxy.ts';
import { TlsFront } from '../../../fixtures/network/tls-front.ts';
import { startHttpFixture } from '../backend/http-fixture.ts';

const LOGIN = 'jane:secret-word';
const signal = new AbortController().signal;

let folder: string;
let caFile: string;
let proxy: CompanyProxy;
let url: string;
let berth: SandboxedCore;
const endings: (() => unknown)[] = [];

/** An upstream with a company's certificate, under a name that only the company's proxy knows. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-docked-'));
  const authority = await PrivateAuthority.create('Example Corp');
  caFile = authority.writeTo(join(folder, 'ca.pem'));
  const server = await startHttpFixture('good-http.mjs');
  const { port, pathname } = new URL(server.url);
  const front = await TlsFront.start(await authority.sign({ names: ['mcp.corp.test'] }), Number(port));
  proxy = await CompanyProxy.start({ login: LOGIN, hosts: { 'mcp.corp.test': `127.0.0.1:${front.port}` } });
  url = `https://mcp.corp.test${pathname}`;
  berth = await coreInSandbox({ env: { HTTPS_PROXY: proxy.urlWith(LOGIN) } });
  endings.push(
    () => berth.dispose(),
    () => proxy.stop(),
    () => front.stop(),
    () => server.kill(),
  );
});
afterEach(() => proxy.record.splice(0));
afterAll(async () => {
  for (const end of endings) await end();
  rmSync(folder, { recursive: true, force: true });
});

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const handler = berth.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
  return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
}

async function start(slug: string, options: Record<string, string>) {
  await call('servers.add', { preset: 'url', slug, options: { url, ...options } });
  return (await call('servers.start', { slugs: [slug] }))[0];
}

test('with its ca-file it is ready, and the doctor says on which way and on whose word', async () => {
  expect(await start('ours', { 'ca-file': caFile })).toMatchObject({ state: 'ready', error: null });
  expect(new Set(proxy.tunnels)).toEqual(new Set(['mcp.corp.test:443']));
  const results: CheckResult[] = [];
  await berth.core.sources.doctor({ target: 'server:ours' }, (result) => results.push(result), { signal });
  const up = results.find(({ id }) => id.endsWith('process'));
  expect(up).toMatchObject({ outcome: 'pass' });
  expect(up?.evidence).toContain(
    `reached through ${proxy.url} (HTTPS_PROXY), trusting the authorities that come with Berth`,
  );
  expect(up?.evidence).toContain(caFile);
  expect(JSON.stringify(results)).not.toContain('secret-word');
});

test('without it, it fails for good with the option to set; set, it starts', async () => {
  expect(await start('other', {})).toMatchObject({
    state: 'failed',
    restarts: 0,
    error: { code: 'untrusted', hint: expect.stringContaining('"ca-file"') },
  });
  await call('servers.update', { slug: 'other', options: { 'ca-file': caFile } });
  expect((await call('servers.start', { slugs: ['other'] }))[0]).toMatchObject({ state: 'ready', error: null });
});

test('a login in the URL is refused and stored nowhere', async () => {
  const secret = `${url}?api_key=hunter22`;
  await expect(call('servers.add', { preset: 'url', slug: 'leak', options: { url: secret } })).rejects.toMatchObject({
    code: 'invalid-argument',
    hint: expect.stringContaining('secret:NAME'),
  });
  expect(readFileSync(join(berth.home, 'berth', 'config.yaml'), 'utf8')).not.toContain('hunter22');
});
