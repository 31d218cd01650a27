import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { KubeService, type KubeServiceOptions } from '../../../../main/core/kube/kube-service.ts';
import { removeStale } from '../../../../main/core/kube/private-kubeconfig.ts';

let folder: string;
const services: KubeService[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-kube-'));
});
afterEach(() => {
  for (const service of services.splice(0)) service.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function service(options: Partial<KubeServiceOptions> = {}): Promise<KubeService> {
  const made = new KubeService({
    env: {},
    home: folder,
    platform: 'linux',
    addedPaths: () => [],
    loginEnv: async () => ({ PATH: process.env['PATH'] ?? '' }),
    timing: { debounceMs: 20, pollMs: 60_000 },
    ...options,
  });
  services.push(made);
  await made.refresh();
  return made;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A kubeconfig with these contexts, each with a cluster and a user of its own. */
function kubeconfig(names: readonly string[], current = '', token = 'tok'): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: names.map((name) => ({
      name: `c-${name}`,
      cluster: { server: `https://${encodeURIComponent(name)}.example` },
    })),
    users: names.map((name) => ({ name: `u-${name}`, user: { token: `${token}-${name}` } })),
    contexts: names.map((name) => ({ name, context: { cluster: `c-${name}`, user: `u-${name}` } })),
  });
}

const refs = (kube: KubeService) => kube.snapshot().contexts.map((context) => context.ref);

it("the variable of the user's shell counts where Berth was started without one", async () => {
  file('.kube/config', kubeconfig(['of-home', 'same'], 'same'));
  const other = file('shell', kubeconfig(['of-shell', 'same'], 'of-shell'));
  const own = file('own', kubeconfig(['of-own'], 'of-own'));
  const loginEnv = async () => ({ PATH: process.env['PATH'] ?? '', KUBECONFIG: other });
  const fromDesktop = await service({ loginEnv });
  expect(refs(fromDesktop)).toEqual(['of-shell', 'same']);
  expect(fromDesktop.snapshot().sources).toMatchObject([{ path: other, origin: 'KUBECONFIG' }]);
  expect(refs(await service({ loginEnv, env: { KUBECONFIG: own } }))).toEqual(['of-own']);
  expect(refs(await service({ loginEnv, env: { KUBECONFIG: '' } }))).toEqual(['of-home', 'same']);
});

/** Resolves at the next change after which the condition holds. */
function changed(kube: KubeService, condition: () => boolean): Promise<void> {
  return new Promise((done) => {
    const subscription = kube.onDidChange(() => {
      if (!condition()) return;
      subscription.dispose();
      done();
    });
  });
}

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe('discovery', () => {
  it('reads ~/.kube/config, and has no source where there is none', async () => {
    const kube = await service();
    expect(kube.snapshot()).toEqual({ contexts: [], sources: [] });
    expect(() => kube.find('x')).toThrowError(
      expect.objectContaining({ code: 'not-found', hint: expect.stringContaining('demo') }),
    );
    file('.kube/config', kubeconfig(['a', 'b'], 'b'));
    await kube.refresh();
    expect(refs(kube)).toEqual(['a', 'b']);
    expect(kube.currentContext).toBe('b');
    expect(kube.snapshot().sources).toEqual([
      { path: join(folder, '.kube/config'), origin: 'default', contexts: 2, error: null },
    ]);
  });

  it.runIf(kubectl)('merges KUBECONFIG as kubectl does (skipped without kubectl)', async () => {
    const first = file(
      '1.yaml',
      'clusters: [{name: shared, cluster: {server: "https://1", certificate-authority: ca.crt}}]\ncontexts: [{name: x, context: {cluster: shared, user: u}}]\n',
    );
    const second = file(
      'sub/2.yaml',
      'current-context: second\nclusters: [{name: shared, cluster: {server: "https://2"}}, {name: own, cluster: {server: "https://own", certificate-authority: ca.crt}}]\ncontexts: [{name: x, context: {cluster: own}}, {name: second, context: {cluster: own, user: u, namespace: team}}]\nusers: [{name: u, user: {token: t}}]\n',
    );
    file('ca.crt', 'authority of the first');
    file('sub/ca.crt', 'authority of the second');
    const env = { KUBECONFIG: [first, join(folder, 'missing'), '', second, first].join(':') };
    const kube = await service({ env });
    const theirs = JSON.parse(
      execFileSync('kubectl', ['config', 'view', '--raw', '--flatten', '-o', 'json'], {
        env: { ...process.env, ...env },
      }).toString(),
    );
    expect(kube.currentContext).toBe(theirs['current-context']);
    for (const { name, context } of theirs.contexts) {
      const ours = kube.resolve(name);
      expect([ours.info.cluster, ours.info.user, ours.info.namespace]).toEqual([
        context.cluster,
        context.user ?? '',
        context.namespace ?? null,
      ]);
      const cluster = theirs.clusters.find((entry: { name: string }) => entry.name === context.cluster).cluster;
      const authority = readFileSync(String(ours.cluster?.fields['certificate-authority'])).toString('base64');
      expect({ server: ours.info.apiServer, 'certificate-authority-data': authority }).toEqual(cluster);
    }
    expect(refs(kube).sort()).toEqual(theirs.contexts.map((entry: { name: string }) => entry.name).sort());
    expect(kube.snapshot().sources.map(({ contexts, error }) => [contexts, error?.code ?? null])).toEqual([
      [1, null],
      [0, 'not-found'],
      [1, null],
    ]);
  });

  it('keeps added files and folders apart and calls equal names by their source', async () => {
    file('.kube/config', kubeconfig(['a', 'only'], 'a', 'home'));
    const added = file('added.yaml', kubeconfig(['a'], 'a', 'added'));
    file('folder/one', kubeconfig(['f'], '', 'folder'));
    file('folder/notes.txt', 'users: of the clusters');
    file('folder/app.yaml', 'apiVersion: apps/v1\nkind: Deployment\n');
    file('folder/broken.yaml', 'kind: Config\nclusters: [');
    const kube = await service({ addedPaths: () => [added, '~/folder', join(folder, '.kube/config')] });
    expect(refs(kube)).toEqual([`a@${join(folder, '.kube/config')}`, 'only', `a@${added}`, 'f']);
    expect(kube.resolve(`a@${added}`).user?.fields['token']).toBe('added-a');
    expect(kube.find(`f@${join(folder, 'folder/one')}`).ref).toBe('f');
    expect(kube.currentContext).toBe(`a@${join(folder, '.kube/config')}`);
    expect(() => kube.find('a')).toThrowError(
      expect.objectContaining({ code: 'not-found', hint: expect.stringContaining(added) }),
    );
    expect(() => kube.find('onli')).toThrowError(expect.objectContaining({ hint: 'Did you mean "only"?' }));
    const sources = kube.snapshot().sources;
    expect(sources.map(({ origin, contexts }) => [origin, contexts])).toEqual([
      ['default', 2],
      ['added-file', 1],
      ['added-folder', 1],
    ]);
    expect(sources[2]?.error).toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('broken.yaml'),
    });
  });

  it('keeps the rest when a file is bad, and the last good contexts of that file', async () => {
    const bad = file('bad.yaml', kubeconfig(['was-good']));
    const good = file('good.yaml', kubeconfig(['good']));
    const kube = await service({ env: { KUBECONFIG: `${bad}:${good}` } });
    writeFileSync(bad, 'clusters:\n  - name: [\n');
    await kube.refresh();
    expect(refs(kube)).toEqual(['was-good', 'good']);
    expect(kube.snapshot().sources[0]?.error).toMatchObject({
      code: 'invalid-config',
      details: { line: expect.any(Number), column: expect.any(Number) },
    });
    rmSync(bad);
    await kube.refresh();
    expect(refs(kube)).toEqual(['good']);
  });

  it.skipIf(process.platform === 'win32')(
    'says that a file may not be read (skipped on Windows: no modes)',
    async () => {
      const path = file('.kube/config', kubeconfig(['a']));
      chmodSync(path, 0o000);
      // Root may read everything, so it becomes somebody else for a moment.
      const root = process.getuid?.() === 0;
      if (root) process.seteuid?.(65534);
      try {
        const kube = await service();
        expect(kube.snapshot().sources[0]?.error).toMatchObject({
          code: 'invalid-config',
          message: expect.stringContaining('permission denied'),
          hint: expect.stringContaining('chmod'),
        });
      } finally {
        if (root) process.seteuid?.(0);
      }
    },
  );

  it('says that a path is a folder where a file was expected', async () => {
    mkdirSync(join(folder, '.kube/config'), { recursive: true });
    const kube = await service();
    expect(kube.snapshot().sources[0]?.error).toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('it is a folder'),
    });
  });

  it('marks contexts that cannot work, each with its reason', async () => {
    file(
      '.kube/config',
      `
clusters: [{name: c, cluster: {server: "https://c"}}, {name: serverless, cluster: {}}]
users: [{name: u, user: {}}]
contexts:
- {name: no-cluster, context: {user: u}}
- {name: ghost-cluster, context: {cluster: ghost, user: u}}
- {name: no-server, context: {cluster: serverless, user: u}}
- {name: ghost-user, context: {cluster: c, user: ghost}}
- {name: anonymous, context: {cluster: c}}
`,
    );
    const kube = await service();
    expect(kube.snapshot().contexts.map(({ name, error }) => [name, error?.message ?? null])).toEqual([
      ['no-cluster', 'Context "no-cluster" names no cluster.'],
      ['ghost-cluster', 'Context "ghost-cluster" names the cluster "ghost", which is not defined.'],
      ['no-server', 'The cluster "serverless" of context "no-server" has no server.'],
      ['ghost-user', 'Context "ghost-user" names the user "ghost", which is not defined.'],
      ['anonymous', null],
    ]);
    await expect(kube.writeSingleContext('ghost-user', join(folder, 'run'))).rejects.toMatchObject({
      code: 'invalid-config',
    });
  });
});

describe('watching', () => {
  it.each([
    ['written in place', (path: string, text: string) => writeFileSync(path, text)],
    [
      'replaced by a rename',
      (path: string, text: string) => {
        writeFileSync(`${path}.new`, text);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'removed and made again',
      (path: string, text: string) => {
        unlinkSync(path);
        writeFileSync(path, text);
      },
    ],
  ])('sees a file %s, twice', async (_name, write) => {
    const path = file('.kube/config', kubeconfig(['a']));
    const kube = await service();
    for (const name of ['b', 'c']) {
      const seen = changed(kube, () => refs(kube)[0] === name);
      write(path, kubeconfig([name]));
      await seen;
    }
  });

  it('sees a link that points elsewhere, also in the middle of the path', async () => {
    file('v1/config', kubeconfig(['one']));
    file('v2/config', kubeconfig(['two']));
    symlinkSync('v1', join(folder, 'data'));
    symlinkSync(join('data', 'config'), join(folder, 'link'));
    const kube = await service({ env: { KUBECONFIG: join(folder, 'link') } });
    expect(refs(kube)).toEqual(['one']);
    const seen = changed(kube, () => refs(kube)[0] === 'two');
    symlinkSync('v2', join(folder, 'data.new'));
    renameSync(join(folder, 'data.new'), join(folder, 'data'));
    await seen;
    const again = changed(kube, () => refs(kube)[0] === 'three');
    file('v2/config', kubeconfig(['three']));
    await again;
  });

  it('sees a new file in an added folder, and a folder that comes later by looking', async () => {
    mkdirSync(join(folder, 'dir'));
    const kube = await service({ addedPaths: () => [join(folder, 'dir')], timing: { debounceMs: 20, pollMs: 50 } });
    let seen = changed(kube, () => refs(kube).includes('n'));
    file('dir/new', kubeconfig(['n']));
    await seen;
    seen = changed(kube, () => refs(kube).includes('late'));
    file('.kube/config', kubeconfig(['late']));
    await seen;
  });

  it('tells a change of a credential, which no field of the context shows', async () => {
    const path = file('.kube/config', kubeconfig(['a'], '', 'old'));
    const kube = await service();
    const before = kube.fingerprint('a');
    const seen = changed(kube, () => kube.fingerprint('a') !== before);
    writeFileSync(path, kubeconfig(['a'], '', 'new'));
    await seen;
    expect(kube.resolve('a').user?.fields['token']).toBe('new-a');
  });

  it('says nothing when nothing changed, and after dispose', async () => {
    const path = file('.kube/config', kubeconfig(['a']));
    const kube = await service();
    let told = 0;
    kube.onDidChange(() => told++);
    await kube.refresh();
    kube.dispose();
    writeFileSync(path, kubeconfig(['b']));
    await kube.refresh();
    expect(told).toBe(0);
  });
});

describe('writeSingleContext', () => {
  const name = 'my ctx/ü@home: "x" # y';

  it('writes one context, 0600 in a 0700 folder, that kubectl reads as the same', async () => {
    const path = file('.kube/config', kubeconfig([name, 'other'], name, 'on'));
    const kube = await service();
    const run = join(folder, 'run');
    mkdirSync(run, { mode: 0o755 });
    const written = await kube.writeSingleContext(name, run, { namespace: 'yes' });
    expect(statSync(run).mode & 0o777).toBe(0o700);
    expect(statSync(written.path).mode & 0o777).toBe(0o600);
    expect(written.secrets).toEqual([`on-${name}`]);
    if (kubectl) {
      const view = (args: string[]) =>
        JSON.parse(execFileSync('kubectl', [...args, 'config', 'view', '--minify', '--raw', '-o', 'json']).toString());
      const expected = view(['--kubeconfig', path, '--context', name]);
      expected.contexts[0].context.namespace = 'yes';
      expect(view(['--kubeconfig', written.path])).toEqual(expected);
    }
    await written.dispose();
    await written.dispose();
    expect(() => statSync(written.path)).toThrow();
  });

  it('embedded data wins over a file that is not there; a file alone must be', async () => {
    file(
      '.kube/config',
      `
clusters: [{name: c, cluster: {server: "https://c", certificate-authority: gone.crt, certificate-authority-data: QUJD}}]
users: [{name: u, user: {client-certificate: u.crt, client-key-data: a2V5LWRhdGE=}}, {name: t, user: {tokenFile: tok}}]
contexts: [{name: a, context: {cluster: c, user: u}}, {name: t, context: {cluster: c, user: t}}]
`,
    );
    const kube = await service();
    await expect(kube.writeSingleContext('a', join(folder, 'run'))).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('u.crt'),
    });
    file('.kube/u.crt', 'CERT');
    file('.kube/tok', 'from-file\n');
    const { config, secrets } = await kube.singleContext('a');
    expect(config).toMatchObject({
      clusters: [{ cluster: { server: 'https://c', 'certificate-authority-data': 'QUJD' } }],
      users: [{ user: { 'client-certificate': join(folder, '.kube/u.crt'), 'client-key-data': 'a2V5LWRhdGE=' } }],
    });
    expect(JSON.stringify(config)).not.toContain('gone.crt');
    expect(secrets).toEqual(['a2V5LWRhdGE=', 'key-data']);
    expect(await kube.singleContext('t')).toMatchObject({
      config: { users: [{ user: { token: 'from-file', tokenFile: join(folder, '.kube/tok') } }] },
      secrets: ['from-file'],
    });
  });

  it('finds the exec plugin in the login shell’s PATH, or says what is missing and how to get it', async () => {
    const exec = (command: string, more = '') =>
      `{command: ${command}, apiVersion: client.authentication.k8s.io/v1${more}}`;
    file(
      '.kube/config',
      `
clusters: [{name: c, cluster: {server: "https://c"}}]
users:
- {name: found, user: {exec: ${exec('login-tool', ', interactiveMode: Never, env: [{name: CLIENT_SECRET, value: sssshhhhh}]')}}}
- {name: gone, user: {exec: ${exec('no-such-tool', ', interactiveMode: Never, installHint: "brew install no-such-tool"')}}}
- {name: tty, user: {exec: ${exec('login-tool', ', interactiveMode: Always')}}}
contexts: [{name: found, context: {cluster: c, user: found}}, {name: gone, context: {cluster: c, user: gone}}, {name: tty, context: {cluster: c, user: tty}}]
`,
    );
    const tool = file('bin/login-tool', '#!/bin/sh\n');
    chmodSync(tool, 0o755);
    file('noexec/login-tool', '');
    const kube = await service({
      loginEnv: async () => ({ PATH: `relative:${join(folder, 'noexec')}:${join(folder, 'bin')}` }),
    });
    const run = join(folder, 'run');
    const written = await kube.writeSingleContext('found', run);
    const text = parse(execFileSync('cat', [written.path]).toString());
    expect(text.users[0].user.exec).toMatchObject({ command: tool, interactiveMode: 'Never' });
    expect(written.secrets).toEqual(['sssshhhhh']);
    await expect(kube.writeSingleContext('gone', run)).rejects.toMatchObject({
      code: 'command-missing',
      message: expect.stringMatching(/"gone".*"no-such-tool"/),
      hint: 'brew install no-such-tool',
    });
    await expect(kube.writeSingleContext('tty', run)).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('terminal'),
    });
    expect(kube.find('found').auth).toBe('exec: login-tool');
  });
});

describe('removeStale', () => {
  it('removes what a crash left, wherever it lies below, and nothing else', async () => {
    file('.kube/config', kubeconfig(['a']));
    const kube = await service();
    const run = join(folder, 'run');
    const left = [await kube.writeSingleContext('a', join(run, 'one')), await kube.writeSingleContext('a', run)];
    const others = [file('run/one/kubeconfig.yaml', ''), file('run/berth-kubeconfig-mine.yaml', '')];
    expect(await removeStale(run)).toBe(2);
    for (const { path } of left) expect(() => statSync(path)).toThrow();
    for (const path of others) expect(statSync(path).isFile()).toBe(true);
    expect(await removeStale(join(folder, 'nowhere'))).toBe(0);
  });
});

describe('setDemo', () => {
  it('adds the demo contexts under the source "demo" and takes them away again', async () => {
    file('.kube/config', kubeconfig(['demo-staging']));
    const demo = file('demo.yaml', kubeconfig(['demo-staging', 'demo-production'], 'demo-staging'));
    const kube = await service();
    await kube.setDemo(demo);
    expect(refs(kube)).toEqual([
      `demo-staging@${join(folder, '.kube/config')}`,
      'demo-staging@demo',
      'demo-production',
    ]);
    expect(kube.snapshot().sources[1]).toEqual({ path: 'demo', origin: 'demo', contexts: 2, error: null });
    expect(kube.currentContext).toBeNull();
    await kube.setDemo(null);
    expect(refs(kube)).toEqual(['demo-staging']);
  });
});
