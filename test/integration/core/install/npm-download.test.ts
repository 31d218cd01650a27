import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../../e2e/support/free-port.ts';
import { NpmRegistry, sha512 } from '../../../fixtures/install/npm-registry.ts';
import { PrivateAuthority } from '../../../fixtures/network/authority.ts';
import { CompanyProxy } from '../../../fixtures/network/company-proxy.ts';
import { TlsFront } from '../../../fixtures/network/tls-front.ts';
import { openSandbox, type Sandbox, tinyPackage, tinyPreset, tinyTarball } from './sandbox.ts';

let sandbox: Sandbox;
let registry: NpmRegistry;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  sandbox = await openSandbox();
  registry = await NpmRegistry.start();
  ends.push(
    () => sandbox.dispose(),
    () => registry.stop(),
  );
  await sandbox.npmrc(`registry=${registry.url}\n`);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Everything in Berth's folder of programs but the files of its locks. */
async function left(): Promise<string[]> {
  const found = await readdir(sandbox.programs, { recursive: true }).catch(() => []);
  return found.filter((name) => !name.startsWith('.locks') && name !== '.work');
}

test('a platform package is downloaded, checked, unpacked and found; nothing else of the home is touched', async () => {
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  const before = (await readdir(sandbox.home)).sort();
  const events = await sandbox.install('tiny');
  expect(events.filter(({ type }) => type === 'step')).toEqual([
    { type: 'step', title: `Asking 127.0.0.1:${registry.port} for ${tinyPackage} 1.2.3` },
    { type: 'step', title: `Downloading from 127.0.0.1:${registry.port}` },
    { type: 'step', title: 'Its sha512 is right. Unpacking' },
    { type: 'step', title: 'Looking at its version' },
  ]);
  const size = (await tinyTarball()).length;
  expect(events.filter(({ type }) => type === 'bytes').at(-1)).toEqual({ type: 'bytes', done: size, total: size });
  const path = join(sandbox.programs, 'tiny', '1.2.3', 'package', 'bin', 'tiny-server');
  expect(events.at(-1)).toEqual({ type: 'done', path, version: '1.2.3' });
  expect((await promisify(execFile)(path, ['it runs'])).stdout).toBe('it runs\n');
  expect(await sandbox.catalog.detect('tiny')).toMatchObject({ command: path, version: '1.2.3' });
  const preset = (await sandbox.catalog.list()).find(({ id }) => id === 'tiny');
  expect(preset?.program).toEqual({
    verdict: 'usable',
    found: [{ path, version: '1.2.3', source: 'berth', verdict: 'usable', reason: null }],
    minimum: '1.0.0',
    installable: true,
    update: null,
  });
  expect((await readdir(sandbox.home)).sort()).toEqual([...before, 'berth'].sort());
  expect(registry.requests.map(({ authorization }) => authorization)).toEqual([null, null]);
  expect((await stat(join(sandbox.programs, 'tiny', '1.2.3'))).mode & 0o077).toBe(0);
});

test('the plan names the registry and the folder, and neither asks nor writes', async () => {
  const plan = await sandbox.installer.plan('tiny');
  expect(plan.routes).toEqual([
    {
      route: 'npm',
      title: `Download ${tinyPackage} 1.2.3 from 127.0.0.1:${registry.port} and check its sha512`,
      version: '1.2.3',
      url: `${registry.url}${tinyPackage}`,
      command: null,
      env: {},
      commandLine: null,
      folder: join(sandbox.programs, 'tiny', '1.2.3'),
      notes: ['The registry is asked without TLS.'],
      unavailable: null,
    },
  ]);
  expect(registry.requests).toEqual([]);
  expect(await left()).toEqual([]);
});

test('a token of ~/.npmrc is sent to its registry, and not to another host that it redirects to', async () => {
  const elsewhere = await NpmRegistry.start();
  ends.push(() => elsewhere.stop());
  const tarball = await tinyTarball();
  registry.publish(tinyPackage, '1.2.3', { tarball });
  elsewhere.publish(tinyPackage, '1.2.3', { tarball });
  registry.override = (request, response) => {
    if (!request.url?.includes('/-/')) return false;
    response.writeHead(302, { location: `http://localhost:${elsewhere.port}${request.url}` }).end();
    return true;
  };
  sandbox.env['MY_TOKEN'] = 'npm_s3cr3t-token-of-the-user';
  await sandbox.npmrc(`registry=${registry.url}\n//127.0.0.1:${registry.port}/:_authToken=\${MY_TOKEN}\n`);
  const plan = await sandbox.installer.plan('tiny');
  const events = await sandbox.install('tiny');
  expect(registry.requests.map(({ authorization }) => authorization)).toEqual(
    Array(2).fill('Bearer npm_s3cr3t-token-of-the-user'),
  );
  expect(elsewhere.requests).toEqual([{ path: expect.stringContaining('1.2.3.tgz'), authorization: null }]);
  const record = await readFile(join(sandbox.programs, 'tiny', '1.2.3', 'installation.json'), 'utf8');
  expect(JSON.stringify([plan, events, sandbox.log, record])).not.toContain('s3cr3t');
});

test('a package that is not what the registry vouches for is thrown away', async () => {
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball(), integrity: sha512(Buffer.from('another')) });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('its sha512 is another one'),
  });
  expect(await left()).toEqual([]);
  expect(await sandbox.catalog.detect('tiny')).toBeNull();
});

test('a registry that vouches for another package than Berth knows is not even downloaded from', async () => {
  const pinned = sha512(Buffer.from('the true one'));
  const platform = tinyPackage.replace('tiny-server-', '');
  await sandbox.preset(tinyPreset('1.2.3', `, integrity: { ${platform}: ${pinned} }`));
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('than the one that Berth knows'),
  });
  expect(registry.requests.map(({ path }) => path)).toEqual([tinyPackage]);
});

test('a registry that gives no sha512 is not believed', async () => {
  registry.publish(tinyPackage, '1.2.3', {
    tarball: await tinyTarball(),
    integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=',
  });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('gives no sha512'),
  });
});

test('a download that breaks off leaves nothing and says how far it came', async () => {
  const tarball = await tinyTarball();
  registry.publish(tinyPackage, '1.2.3', { tarball });
  registry.override = (request, response) => {
    if (!request.url?.includes('/-/')) return false;
    response.writeHead(200, { 'content-length': tarball.length });
    response.write(tarball.subarray(0, 5_000), () => response.destroy());
    return true;
  };
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('broke off after 5000 bytes'),
    hint: 'Check the network and try again.',
  });
  expect(await left()).toEqual([]);
});

test.each([
  [401, 'unauthorized', 'it wants a login', 'npm login'],
  [403, 'unauthorized', 'it wants a login', 'npm login'],
  [404, 'not-found', `does not have ${tinyPackage}`, 'mirror'],
  [500, 'protocol', `it answers 500 for ${tinyPackage}`, 'npm config get registry'],
])('a registry that answers %i is told in words, with a remedy', async (status, code, words, remedy) => {
  registry.override = (_request, response) => {
    response.writeHead(status).end();
    return true;
  };
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
    hint: expect.stringContaining(remedy),
  });
  expect(await left()).toEqual([]);
});

test('a version that a mirror does not have is told with those that it has', async () => {
  registry.publish(tinyPackage, '1.1.0', { tarball: await tinyTarball() });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'not-found',
    hint: 'Its last versions are 1.1.0. Tell its mirror to fetch 1.2.3.',
  });
});

test('a registry that is not there is told with where one would correct it', async () => {
  const port = await freePort();
  await sandbox.npmrc(`registry=http://127.0.0.1:${port}/\n`);
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'unreachable',
    message: `The registry 127.0.0.1:${port} cannot be reached: nothing listens there.`,
    hint: expect.stringContaining('npm config get registry'),
  });
});

test('a redirect that goes round and round, or away from TLS, ends', async () => {
  registry.override = (request, response) => {
    response.writeHead(302, { location: request.url }).end();
    return true;
  };
  await expect(sandbox.install('tiny')).rejects.toMatchObject({ code: 'protocol' });
  expect(registry.requests).toHaveLength(6);
});

test.each([
  ['leads out of its folder', { path: 'package/../../../evil.txt', content: 'x' }],
  ['is absolute', { path: '/tmp/berth-evil.txt', content: 'x' }],
  ['is a symbolic link', { path: 'package/link', type: 'SymbolicLink', linkpath: '/etc' }],
  ['is a hard link', { path: 'package/link', type: 'Link', linkpath: 'package/package.json' }],
  ['is a device', { path: 'package/device', type: 'CharacterDevice' }],
] as const)('a package with an entry that %s is refused as a whole', async (_what, entry) => {
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball([entry]) });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('The package was refused'),
  });
  expect(await left()).toEqual([]);
  expect(await readdir(join(sandbox.home, 'berth'))).toEqual(['programs']);
});

test('a package without a program for this machine is no installation', async () => {
  await sandbox.preset(tinyPreset('1.2.3').replace('bin/tiny-server{exe}', 'bin/other'));
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: `${tinyPackage} 1.2.3 holds no program for this machine.`,
  });
  expect(await left()).toEqual([]);
});

test('a package that is too large is not taken, whether it says its size, hides it, or grows when it is unpacked', async () => {
  await sandbox.dispose();
  sandbox = await openSandbox({ packageBytes: 100_000, unpackedBytes: 200_000 });
  await sandbox.npmrc(`registry=${registry.url}\n`);
  const large = await tinyTarball([{ path: 'package/noise', content: randomBytes(150_000) }]);
  expect(large.length).toBeGreaterThan(100_000);
  registry.publish(tinyPackage, '1.2.3', { tarball: large });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({ code: 'too-large' });
  registry.override = (request, response) => {
    if (!request.url?.includes('/-/')) return false;
    response.writeHead(200);
    response.end(large);
    return true;
  };
  await expect(sandbox.install('tiny')).rejects.toMatchObject({ code: 'too-large' });
  registry.override = () => false;
  const bomb = await tinyTarball([{ path: 'package/zeros', content: Buffer.alloc(50_000_000) }]);
  expect(bomb.length).toBeLessThan(100_000);
  registry.publish(tinyPackage, '1.2.3', { tarball: bomb });
  await expect(sandbox.install('tiny')).rejects.toMatchObject({ code: 'too-large' });
  expect(await left()).toEqual([]);
});

test('cancelling in the middle of a download closes the connection and leaves nothing', async () => {
  const tarball = await tinyTarball();
  registry.publish(tinyPackage, '1.2.3', { tarball });
  const cancel = new AbortController();
  const closed = new Promise<void>((resolve) => {
    registry.override = (request, response) => {
      if (!request.url?.includes('/-/')) return false;
      request.socket.once('close', () => resolve());
      response.writeHead(200, { 'content-length': tarball.length });
      response.write(tarball.subarray(0, 5_000));
      return true;
    };
  });
  const events: string[] = [];
  const install = sandbox.installer.install(
    'tiny',
    'npm',
    (event) => {
      events.push(event.type);
      if (event.type === 'bytes') cancel.abort();
    },
    cancel.signal,
  );
  await expect(install).rejects.toMatchObject({ code: 'cancelled' });
  await closed;
  expect(events).toContain('bytes');
  expect(await left()).toEqual([]);
});

test('the same preset is installed once at a time; disposing ends what is under way', async () => {
  registry.override = () => true;
  const first = sandbox.install('tiny');
  first.catch(() => {});
  await expect(sandbox.install('tiny')).rejects.toMatchObject({ code: 'conflict' });
  await expect(sandbox.installer.uninstall('tiny')).rejects.toMatchObject({ code: 'conflict' });
  await sandbox.installer.dispose();
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  expect(await left()).toEqual([]);
});

test('plain HTTP goes through the proxy of ~/.npmrc, with its login, unless noproxy names the host', async () => {
  const named = await NpmRegistry.start('http://registry.test/');
  const proxy = await CompanyProxy.start({
    hosts: { 'registry.test': `127.0.0.1:${named.port}` },
    login: 'ann:pass-word',
  });
  ends.push(
    () => named.stop(),
    () => proxy.stop(),
  );
  named.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  await sandbox.npmrc(`registry=http://registry.test/\nproxy=${proxy.urlWith('ann:pass-word')}\n`);
  const plan = await sandbox.installer.plan('tiny');
  expect(plan.routes[0]?.notes).toContain(`Through the proxy 127.0.0.1:${proxy.port}.`);
  const events = await sandbox.install('tiny');
  expect(proxy.record.map(({ method, status }) => [method, status])).toEqual([
    ['GET', 200],
    ['GET', 200],
  ]);
  expect(JSON.stringify([plan, events, sandbox.log])).not.toContain('pass-word');
  await sandbox.npmrc(`registry=http://registry.test/\nproxy=${proxy.url}\nnoproxy=registry.test\n`);
  await expect(sandbox.install('tiny')).rejects.toMatchObject({ code: 'unreachable' });
  expect(proxy.record).toHaveLength(2);
});

test('HTTPS goes through CONNECT of HTTPS_PROXY, and a private authority is trusted when cafile or NODE_EXTRA_CA_CERTS names it', async () => {
  const authority = await PrivateAuthority.create('Company');
  const front = await TlsFront.start(await authority.sign({ names: ['registry.test'] }), registry.port);
  const proxy = await CompanyProxy.start({ hosts: { 'registry.test': `127.0.0.1:${front.port}` } });
  ends.push(
    () => front.stop(),
    () => proxy.stop(),
  );
  const cafile = authority.writeTo(join(sandbox.home, 'ca.pem'));
  registry.publish(tinyPackage, '1.2.3', {
    tarball: await tinyTarball(),
    tarballUrl: `https://registry.test/${tinyPackage}/-/${tinyPackage}-1.2.3.tgz`,
  });
  sandbox.env['HTTPS_PROXY'] = proxy.url;
  await sandbox.npmrc('registry=https://registry.test\n');
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('unknown authority'),
    hint: expect.stringContaining('cafile'),
  });
  await sandbox.npmrc(`registry=https://registry.test\ncafile=${cafile}\n`);
  expect((await sandbox.install('tiny')).at(-1)).toMatchObject({ type: 'done', version: '1.2.3' });
  expect(proxy.tunnels).toEqual(Array(3).fill('registry.test:443'));
  await sandbox.installer.uninstall('tiny');
  await sandbox.npmrc('registry=https://registry.test\n');
  sandbox.env['NODE_EXTRA_CA_CERTS'] = cafile;
  registry.publish(tinyPackage, '1.3.0', { tarball: await tinyTarball(), tarballUrl: 'http://files.test/x.tgz' });
  await sandbox.preset(tinyPreset('1.3.0'));
  await expect(sandbox.install('tiny')).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringContaining('names a file at files.test that is fetched without TLS'),
  });
  await sandbox.preset(tinyPreset('1.2.3'));
  expect((await sandbox.install('tiny')).at(-1)).toMatchObject({ type: 'done', version: '1.2.3' });
});

test('a newer version that ships with the preset is offered; installing it replaces the old one, unless a server runs from that', async () => {
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  registry.publish(tinyPackage, '1.3.0', { tarball: await tinyTarball() });
  await sandbox.install('tiny');
  const old = (await sandbox.catalog.detect('tiny'))?.path ?? '';
  await sandbox.preset(tinyPreset('1.3.0').replace("run: ['v1.3.0']", "run: ['none']"));
  const preset = async () => (await sandbox.catalog.list()).find(({ id }) => id === 'tiny');
  expect((await preset())?.program?.update).toBe('1.3.0');
  sandbox.inUse = [{ slug: 'busy', path: old }];
  await sandbox.install('tiny');
  expect((await preset())?.program).toMatchObject({
    update: null,
    found: [{ version: '1.3.0' }],
  });
  await expect(sandbox.installer.uninstall('tiny')).rejects.toMatchObject({
    code: 'conflict',
    message: 'Tiny is in use by busy.',
    hint: 'Stop it first: `berth stop busy`.',
  });
  expect((await readdir(join(sandbox.programs, 'tiny'))).sort()).toEqual(['1.2.3', '1.3.0']);
  sandbox.inUse = [];
  await sandbox.installer.tidy();
  expect(await readdir(join(sandbox.programs, 'tiny'))).toEqual(['1.3.0']);
  await sandbox.installer.uninstall('tiny');
  expect(await left()).toEqual([]);
  await expect(sandbox.installer.uninstall('tiny')).rejects.toMatchObject({ code: 'not-found' });
});

test('installing what is there already takes the place of the old files', async () => {
  registry.publish(tinyPackage, '1.2.3', { tarball: await tinyTarball() });
  await sandbox.install('tiny');
  const junk = join(sandbox.programs, 'tiny', '1.2.3', 'junk');
  await writeFile(junk, 'x');
  await sandbox.install('tiny');
  await expect(stat(junk)).rejects.toThrow();
});
