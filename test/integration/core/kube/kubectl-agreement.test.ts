import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseKubeconfig } from '../../../../main/core/kube/kubeconfig-file.ts';
import { readPlainYaml } from '../../../../main/core/kube/plain-yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-agreement-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** What kubectl makes of a kubeconfig: per user its fields, per cluster and context as well; null where it refuses the file. */
function theirs(text: string): Record<string, unknown> | null {
  const path = join(folder, 'config');
  writeFileSync(path, text);
  const run = spawnSync('kubectl', ['--kubeconfig', path, 'config', 'view', '--raw', '-o', 'json']);
  if (run.status !== 0) return null;
  const view = JSON.parse(run.stdout.toString());
  const byName = (list: { name: string }[] | null, kind: string) =>
    Object.fromEntries(
      (list ?? []).map((item) => [item.name, withoutNothing((item as Record<string, unknown>)[kind])]),
    );
  return {
    current: view['current-context'] || null,
    users: byName(view.users, 'user'),
    clusters: byName(view.clusters, 'cluster'),
    contexts: byName(view.contexts, 'context'),
  };
}

async function ours(text: string): Promise<Record<string, unknown>> {
  const config = await parseKubeconfig(text, join(folder, 'config'));
  const byName = (entries: typeof config.users) =>
    Object.fromEntries([...entries].map(([name, { fields }]) => [name, withoutNothing(fields)]));
  return {
    current: config.currentContext,
    users: byName(config.users),
    clusters: byName(config.clusters),
    contexts: byName(config.contexts),
  };
}

/** Of what is null or false, kubectl prints some and leaves out some. */
function withoutNothing(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== false);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNothing(item)]));
}

const one = (user: string) => `users:\n- name: u\n  user:\n${user}`;

const accepted: readonly [name: string, text: string][] = [
  [
    'every way to write text',
    [
      ['quoted number', '"123"'],
      ['date', '2024-01-01'],
      ['moment', '2024-01-01T00:00:00Z'],
      ['minutes', '1:30'],
      ['equals', '='],
      ['arrows', '<<'],
      ['words', 'abc def'],
      ['tag', '!!str 123'],
      ['own tag', '!mine x'],
      ['apostrophe', "'it''s'"],
      ['escape', '"\\u00e9\\t\\x41"'],
      ['letters', 'é'],
      ['literal', '|\n      x\n      y'],
      ['folded', '>-\n      x\n      y'],
      ['continued', 'x\n      y'],
      ['comment', 'x # y'],
      ['hash', 'x#y'],
      ['url', 'https://x:1/y?z=1&a=b'],
      ['dashes', '--x'],
      ['path', '/x/y'],
      ['address', '10.0.0.1'],
      ['version', 'v1.2.3'],
      ['nothing', ''],
      ['nothing in a word', 'null'],
      ['tilde', '~'],
    ].reduce((text, [name, token]) => `${text}- name: ${name}\n  user:\n    token: ${token}\n`, 'users:\n'),
  ],
  ['a key twice: the last one counts', one('    token: a\n    token: b\n')],
  ['a list twice', 'users:\n- name: u\n  user: {token: a}\nusers:\n- name: v\n  user: {token: b}\n'],
  ['JSON with a key twice', '{"users":[{"name":"u","user":{"token":"a","token":"b"}}]}'],
  ['JSON with tabs', '{\n\t"users":[{"name":"u",\n\t\t"user":{"token":"a\\u00e9"}}]}\n'],
  ['a merge', 'x: &d {token: q}\nusers:\n- name: u\n  user:\n    <<: *d\n'],
  ['a merge that is overruled', 'x: &d {token: q}\nusers:\n- name: u\n  user:\n    <<: *d\n    token: z\n'],
  ['a merge of two', 'x: &d {token: q}\ny: &e {username: b}\nusers:\n- name: u\n  user:\n    <<: [*d, *e]\n'],
  ['an alias', 'users:\n- name: u\n  user: &u {token: a}\n- name: v\n  user: *u\n'],
  ['Windows line ends', 'users:\r\n- name: u\r\n  user:\r\n    token: a\r\n'],
  ['a byte order mark', '\uFEFFusers:\n- name: u\n  user: {token: a}\n'],
  ['a long key', '? users\n: - name: u\n    user: {token: a}\n'],
  ['keys that are no text', '1: x\ntrue: y\nusers:\n- name: u\n  user: {token: a}\n'],
  ['a document’s start', '---\nusers:\n- name: u\n  user: {token: a}\n'],
  [
    'lists of both depths, brackets and comments',
    'clusters:\n  - name: c # one\n    cluster: {server: "https://c:6443", insecure-skip-tls-verify: true}\nusers:\n- name: u\n  user: {as: a, as-groups: [g, "1"], exec: {apiVersion: v1, command: x, args: [--a, -b], env: [{name: A, value: "1"}], provideClusterInfo: false, interactiveMode: Never}}\ncontexts:\n- {name: x, context: {cluster: c, user: u, namespace: team}}\ncurrent-context: x\n',
  ],
];

describe.skipIf(!kubectl)('kubeconfigs mean to Berth what they mean to kubectl (skipped without kubectl)', () => {
  it.each(accepted)('%s', async (_name, text) => {
    const expected = theirs(text);
    expect(expected).not.toBeNull();
    expect(await ours(text)).toEqual(expected);
  });

  it.each([
    ['a number', one('    token: 123\n')],
    ['a truth', one('    token: true\n')],
    ['a name that is a number', 'users:\n- name: 5\n  user: {token: a}\n'],
    ['a name twice', 'users:\n- name: u\n  user: {token: a}\n- name: u\n  user: {token: b}\n'],
    ['a map in text', one('    token: a: b\n')],
    ['a bracket that is left open', 'users: [{name: u, user: {token: a}]\n'],
  ])('both refuse %s', async (_name, text) => {
    expect(theirs(text)).toBeNull();
    await expect(ours(text)).rejects.toMatchObject({ code: 'invalid-config' });
  });

  it('what kubectl itself writes is read the short way', async () => {
    const path = join(folder, 'written');
    const config = (...args: string[]) => execFileSync('kubectl', ['--kubeconfig', path, 'config', ...args]);
    config('set-cluster', 'my cluster', '--server=https://c:6443', '--tls-server-name=c.example');
    config(
      'set-credentials',
      'u@c',
      '--exec-command=aws',
      '--exec-api-version=client.authentication.k8s.io/v1',
      '--exec-arg=--region',
      '--exec-arg=eu-1',
      '--exec-env=A=1',
    );
    config('set-credentials', 'token', '--token=eyJhbGciOiJSUzI1NiJ9.e30.c2ln');
    config('set-context', 'x', '--cluster=my cluster', '--user=u@c', '--namespace=n');
    config('use-context', 'x');
    const text = execFileSync('cat', [path]).toString();
    expect(readPlainYaml(text)).toMatchObject({ 'current-context': 'x' });
    expect(await ours(text)).toEqual(theirs(text));
  });
});
