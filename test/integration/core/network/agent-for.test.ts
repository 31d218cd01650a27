import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp, request as httpRequest } from 'node:http';
import { createServer as createHttps, request as httpsRequest } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { agentFor } from '../../../../main/core/network/agent-for.ts';
import { trustedCertificates } from '../../../../main/core/network/trusted-certificates.ts';
import { eventually } from '../../../e2e/support/processes.ts';
import { type Identity, PrivateAuthority } from '../../../fixtures/network/authority.ts';
import { CompanyProxy, type CompanyProxyOptions } from '../../../fixtures/network/company-proxy.ts';

const LOGIN = 'jane:p%40ss word'.replace(' ', '%20');
const PASSWORD = 'p@ss word';

let folder: string;
let authority: PrivateAuthority;
let identity: Identity;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-agents-'));
  authority = await PrivateAuthority.create('Example Corp');
  identity = await authority.sign({ names: ['far.test', '127.0.0.1', '192.0.2.7'] });
  authority.writeTo(join(folder, 'ca.pem'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Something at the far end, which only the proxy knows by its name `far.test`. */
async function farEnd(secure: boolean): Promise<string> {
  const answer = (_: unknown, response: { end(text: string): void }) => response.end('hello');
  const server: Server & { closeAllConnections(): void } = secure
    ? createHttps({ ...identity }, answer)
    : createHttp(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function proxyTo(target: string, options: CompanyProxyOptions = {}): Promise<CompanyProxy> {
  const proxy = await CompanyProxy.start({ hosts: { 'far.test': target }, ...options });
  endings.push(() => proxy.stop());
  return proxy;
}

async function get(address: string, env: Record<string, string>): Promise<string> {
  const url = new URL(address);
  const { ca } = await trustedCertificates(env);
  const agent = agentFor(url, env, { ca });
  endings.push(() => agent.destroy());
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return await new Promise((done, failed) => {
    const asked = send(url, { agent }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => done(text));
    });
    asked.on('error', failed);
    asked.end();
  });
}

const trusting = () => ({ SSL_CERT_FILE: join(folder, 'ca.pem') });

describe('HTTPS', () => {
  test('goes through HTTPS_PROXY to names that only the proxy knows', async () => {
    const proxy = await proxyTo(await farEnd(true));
    expect(await get('https://far.test:9443/x', { HTTPS_PROXY: proxy.url, ...trusting() })).toBe('hello');
    expect(proxy.record).toMatchObject([{ method: 'CONNECT', target: 'far.test:9443', status: 200 }]);
  });

  test('logs in with what the URL says, decoded', async () => {
    const proxy = await proxyTo(await farEnd(true), { login: `jane:${PASSWORD}` });
    expect(await get('https://far.test/', { https_proxy: proxy.urlWith(LOGIN), ...trusting() })).toBe('hello');
  });

  test('goes directly where NO_PROXY says so', async () => {
    const target = await farEnd(true);
    const proxy = await proxyTo(target);
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: 'far.test', ...trusting() };
    await expect(get('https://far.test/', env)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(await get(`https://${target}/`, env)).toBe('hello');
    expect(proxy.record).toEqual([]);
  });

  test('an address is looked for in the certificate of the far end', async () => {
    // A proxy of the environment is never asked for 127.0.0.1; these are addresses for documentation.
    const target = await farEnd(true);
    const proxy = await proxyTo(target, { hosts: { '192.0.2.7': target, '192.0.2.8': target } });
    const env = { HTTPS_PROXY: proxy.url, ...trusting() };
    expect(await get('https://192.0.2.7/', env)).toBe('hello');
    await expect(get('https://192.0.2.8/', env)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('through a proxy that speaks TLS itself', async () => {
    const proxy = await proxyTo(await farEnd(true), { identity });
    expect(await get('https://far.test/', { HTTPS_PROXY: proxy.url, ...trusting() })).toBe('hello');
    await expect(get('https://far.test/', { HTTPS_PROXY: proxy.url })).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining(proxy.url),
    });
  });

  test('a certificate that nobody trusts is the far end’s fault, not the proxy’s', async () => {
    const proxy = await proxyTo(await farEnd(true));
    await expect(get('https://far.test/', { HTTPS_PROXY: proxy.url })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });
});

test('plain HTTP asks the proxy for the whole URL', async () => {
  const proxy = await proxyTo(await farEnd(false), { login: `jane:${PASSWORD}` });
  expect(await get('http://far.test:8080/a?b=c', { HTTP_PROXY: proxy.urlWith(LOGIN) })).toBe('hello');
  expect(proxy.record).toMatchObject([{ method: 'GET', target: 'http://far.test:8080/a?b=c', status: 200 }]);
});

describe('a proxy that does not do it says so by name, without its password', () => {
  const refusals: [string, CompanyProxyOptions, object][] = [
    ['wants a login', { login: 'other:one' }, { code: 'auth-failed', hint: expect.stringMatching(/USER:PASSWORD/) }],
    [
      'knows only logins that Berth does not',
      { login: 'other:one', scheme: 'Negotiate' },
      { code: 'auth-failed', hint: expect.stringMatching(/offers Negotiate/) },
    ],
    ['forbids it', { refuseWith: 403 }, { code: 'unreachable', message: expect.stringMatching(/HTTP 403/) }],
    [
      'cannot reach the far end',
      { hosts: { 'far.test': '127.0.0.1:1' } },
      { message: expect.stringMatching(/cannot reach far\.test:443 \(HTTP 502\)/) },
    ],
    [
      'cuts the connection',
      { behaviour: 'reset' },
      { code: 'unreachable', message: expect.stringMatching(/cut the connection/) },
    ],
  ];
  test.each(refusals)('%s', async (_what, options, expected) => {
    const proxy = await proxyTo('127.0.0.1:1', options);
    const error = await get('https://far.test/', { HTTPS_PROXY: proxy.urlWith(LOGIN) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ message: expect.stringContaining(`The proxy ${proxy.url} `), ...expected });
    expect(
      JSON.stringify(error) + String(error) + JSON.stringify((error as { cause?: unknown }).cause ?? ''),
    ).not.toMatch(/p@ss|p%40ss/);
    expect(await eventually(() => proxy.connections === 0, 5_000)).toBe(true);
  });

  test('is down', async () => {
    const proxy = await proxyTo('127.0.0.1:1');
    const { url } = proxy;
    await proxy.stop();
    await expect(get('https://far.test/', { HTTPS_PROXY: url })).rejects.toMatchObject({
      code: 'unreachable',
      message: `The proxy ${url} cannot be used for far.test:443: nothing listens there.`,
      hint: expect.stringContaining('NO_PROXY'),
    });
  });

  test('speaks TLS and is down', async () => {
    const proxy = await proxyTo('127.0.0.1:1', { identity });
    const { url } = proxy;
    await proxy.stop();
    await expect(get('https://far.test/', { HTTPS_PROXY: url })).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('is silent: what waits for it ends with the agent, and no connection stays', async () => {
    const proxy = await proxyTo('127.0.0.1:1', { behaviour: 'silent' });
    const url = new URL('https://far.test/');
    const agent = agentFor(url, { HTTPS_PROXY: proxy.url });
    const asked = httpsRequest(url, { agent });
    const failed = new Promise((done) => asked.once('error', done));
    asked.end();
    expect(await eventually(() => proxy.connections === 1, 5_000)).toBe(true);
    agent.destroy();
    expect(await failed).toMatchObject({ code: 'cancelled' });
    expect(await eventually(() => proxy.connections === 0, 5_000)).toBe(true);
  });

  test.each([
    ['socks5://127.0.0.1:1080', 'unsupported'],
    ['http://', 'invalid-config'],
  ])('%s is refused as %s', (proxy, code) => {
    expect(() => agentFor(new URL('https://far.test/'), { HTTPS_PROXY: proxy })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
