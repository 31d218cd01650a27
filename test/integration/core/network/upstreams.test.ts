import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { connect } from '../../../../main/core/backend/connect.ts';
import { openHttpTransport } from '../../../../main/core/backend/open-http-transport.ts';
import type { PlannedConnection } from '../../../../main/core/presets/launch-plan.ts';
import { type Identity, type LeafOptions, PrivateAuthority } from '../../../fixtures/network/authority.ts';
import { CompanyProxy, type CompanyProxyOptions } from '../../../fixtures/network/company-proxy.ts';
import { TlsFront } from '../../../fixtures/network/tls-front.ts';
import { startHttpFixture } from '../backend/http-fixture.ts';
import { type Bench, openBench } from '../supervisor/harness.ts';

const DAY = 86_400_000;

let folder: string;
let authority: PrivateAuthority;
let caFile: string;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-upstreams-'));
  authority = await PrivateAuthority.create('Example Corp');
  caFile = authority.writeTo(join(folder, 'ca.pem'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const direct: PlannedConnection = { env: {}, caFile: null, pinnedFile: null };

/** A real MCP server behind TLS: its path, its port, and what it shows. */
async function upstream(transport: 'http' | 'sse', leaf: Partial<LeafOptions> = {}) {
  const server = await startHttpFixture(`good-${transport}.mjs`);
  endings.push(() => server.kill());
  const { port, pathname } = new URL(server.url);
  const identity = await authority.sign({ names: ['mcp.corp.test', '127.0.0.1'], ...leaf });
  const front = await TlsFront.start(identity, Number(port));
  endings.push(() => front.stop());
  return {
    url: `https://127.0.0.1:${front.port}${pathname}`,
    named: `https://mcp.corp.test${pathname}`,
    front,
    identity,
  };
}

async function proxyTo(port: number, options: CompanyProxyOptions = {}): Promise<CompanyProxy> {
  const proxy = await CompanyProxy.start({ hosts: { 'mcp.corp.test': `127.0.0.1:${port}` }, ...options });
  endings.push(() => proxy.stop());
  return proxy;
}

/** The name that the server gives itself, as Berth learns it. */
async function nameOf(transport: 'http' | 'sse', url: string, connection: PlannedConnection): Promise<string> {
  const channel = await openHttpTransport({ url, transport, headers: {}, connection }, { timeoutMs: 10_000 });
  endings.push(() => channel.close(new BerthError('not-running', 'The test is over.')));
  const backend = await connect(channel, { clientInfo: { name: 'berth', version: '0' }, timeoutMs: 10_000 });
  return backend.initializeResult.serverInfo.name;
}

const failing = (...args: Parameters<typeof nameOf>) =>
  nameOf(...args).then(
    () => {
      throw new Error('it was reached');
    },
    (error: BerthError) => error,
  );

describe.each(['http', 'sse'] as const)('an upstream over %s', (transport) => {
  test('is trusted with the ca-file of its own, and with no other authority', async () => {
    const { url } = await upstream(transport);
    expect(await nameOf(transport, url, { ...direct, caFile })).toMatch(/good/);
    const error = await failing(transport, url, direct);
    expect(error).toMatchObject({
      code: 'untrusted',
      message: expect.stringMatching(
        /authority that this machine does not know\. It is for "mcp\.corp\.test", issued by "Example Corp", valid until/,
      ),
      hint: expect.stringContaining('"ca-file"'),
    });
  });

  test('is trusted with the SSL_CERT_FILE of the login shell', async () => {
    const { url } = await upstream(transport);
    expect(await nameOf(transport, url, { ...direct, env: { SSL_CERT_FILE: caFile } })).toMatch(/good/);
    expect(await nameOf(transport, url, { ...direct, env: { NODE_EXTRA_CA_CERTS: caFile } })).toMatch(/good/);
  });

  test('is reached through HTTPS_PROXY by a name that only the proxy knows', async () => {
    const { named, front } = await upstream(transport);
    const proxy = await proxyTo(front.port, { login: 'jane:secret-word' });
    const env = { HTTPS_PROXY: proxy.urlWith('jane:secret-word') };
    expect(await nameOf(transport, named, { ...direct, env, caFile })).toMatch(/good/);
    expect(new Set(proxy.tunnels)).toEqual(new Set(['mcp.corp.test:443']));
  });

  test('is not reached when the proxy wants another login, and the error has no password', async () => {
    const { named, front } = await upstream(transport);
    const proxy = await proxyTo(front.port, { login: 'jane:secret-word' });
    const error = await failing(transport, named, {
      ...direct,
      env: { HTTPS_PROXY: proxy.urlWith('jane:wrong-word') },
      caFile,
    });
    expect(error).toMatchObject({
      code: 'auth-failed',
      message: expect.stringContaining('refused the user and password (HTTP 407)'),
    });
    expect(JSON.stringify(error.toInfo())).not.toContain('wrong-word');
  });

  test.each<[string, Partial<LeafOptions>, RegExp, RegExp]>([
    [
      'has expired',
      { notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) },
      /has expired\..*valid until/,
      /renew/,
    ],
    ['is for another name', { names: ['other.corp.test'] }, /is for another name/, /other\.corp\.test/],
  ])('whose certificate %s is refused for that', async (_what, leaf, message, hint) => {
    const { url } = await upstream(transport, leaf);
    const error = await failing(transport, url, { ...direct, caFile });
    expect(error).toMatchObject({
      code: 'untrusted',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('a certificate that is pinned needs no authority and no right name; another one is refused', async () => {
    const { url, identity } = await upstream(transport, { names: ['somewhere.else'] });
    const pinnedFile = pem('pinned.pem', identity);
    expect(await nameOf(transport, url, { ...direct, pinnedFile })).toMatch(/good/);
    const other = await upstream(transport, { names: ['somewhere.else'] });
    // Both are signed by the same authority, which is not what is trusted here.
    expect(await failing(transport, other.url, { ...direct, pinnedFile })).toMatchObject({ code: 'untrusted' });
  });
});

function pem(name: string, identity: Identity): string {
  const path = join(folder, name);
  // As servers want it: the certificate first, then the chain.
  writeFileSync(path, identity.cert + authority.cert);
  return path;
}

test.each([
  ['is missing', null, /cannot be read: ENOENT/],
  ['holds no certificate', 'hello', /holds no certificate in PEM/],
  ['is damaged', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /damaged/],
])('a ca-file that %s is a mistake in the options', async (_what, content, message) => {
  const path = join(folder, `bad-${String(content?.length)}.pem`);
  if (content !== null) writeFileSync(path, content);
  const error = await failing('http', 'https://127.0.0.1:1/mcp', { ...direct, caFile: path });
  expect(error).toMatchObject({ code: 'invalid-config', message: expect.stringMatching(message) });
  expect(error.message).toContain(path);
});

describe('under the supervisor', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  test('an upstream that is not trusted fails at once and for good; one that is away is tried again', async () => {
    bench = await openBench();
    const { url } = await upstream('http');
    const plan = { transport: 'http', process: null, connection: direct } as const;
    bench.supervisor.start('untrusted', bench.planner('untrusted', { ...plan, url }));
    bench.supervisor.start('away', bench.planner('away', { ...plan, url: 'https://127.0.0.1:1/mcp' }));
    await until(bench, () => bench.supervisor.get('untrusted')?.state === 'failed');
    await until(bench, () => (bench.supervisor.get('away')?.restarts ?? 0) >= 2);
    expect(bench.supervisor.get('untrusted')).toMatchObject({
      state: 'failed',
      restarts: 0,
      error: { code: 'untrusted' },
    });
  });
});

/** Resolves when it holds, now or after a change of any server. */
function until({ supervisor }: Bench, holds: () => boolean): Promise<void> {
  return new Promise((done) => {
    const look = () => {
      if (!holds()) return;
      subscription.dispose();
      done();
    };
    const subscription = supervisor.onDidChange(look);
    look();
  });
}
