import { describe, expect, it } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { looksLikeKubeconfig, mergeKubeconfigs, parseKubeconfig } from '../../../../main/core/kube/kubeconfig-file.ts';

async function errorOf(text: string): Promise<BerthError> {
  try {
    await parseKubeconfig(text, '/k/config');
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
  throw new Error('parsed');
}

describe('parseKubeconfig', () => {
  it.each([
    ['broken YAML', 'clusters:\n- name: "a\n', { line: 3 }],
    ['a tab as indentation', 'clusters:\n\t- name: a\n', { line: 2, column: 1 }],
    ['a list that is a map', 'clusters: {a: b}\n', { line: 1, column: 11 }],
    ['an entry without a name', 'contexts:\n- context: {cluster: a}\n', { line: 2, column: 3 }],
    ['a number where text belongs', 'users:\n- name: a\n  user:\n    token: 12345\n', { line: 4, column: 12 }],
    ['a name that stands twice', 'users:\n- name: a\n- name: a\n', { line: 3, column: 3 }],
    ['another kind', 'kind: Deployment\n', { line: 1, column: 7 }],
    ['another version', 'apiVersion: skaffold/v4\nkind: Config\n', { line: 1, column: 13 }],
    ['no map at all', 'just words\n', { line: 1, column: 1 }],
  ])('refuses %s and says where', async (_name, text, place) => {
    const error = await errorOf(text);
    expect(error.code).toBe('invalid-config');
    expect(error.hint).toContain('/k/config');
    expect(error.details).toMatchObject(place);
    expect(error.message).toContain(`line ${place.line}`);
  });

  it('never repeats file content that may be secret', async () => {
    const error = await errorOf('users:\n- name: a\n  user:\n    token: "s3cr3t-token\n  x');
    expect(JSON.stringify(error.toInfo())).not.toContain('s3cr3t');
  });

  it('refuses an expansion without end', async () => {
    const text = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ].join('\n');
    expect((await errorOf(text)).code).toBe('invalid-config');
  });

  it('takes an empty file, JSON, anchors and unknown fields', async () => {
    expect((await parseKubeconfig('', '/k/config')).contexts.size).toBe(0);
    expect((await parseKubeconfig('---\n', '/k/config')).contexts.size).toBe(0);
    const json = await parseKubeconfig(
      '{"clusters":[{"name":"c","cluster":{"server":"https://c","disable-compression":true}}]}',
      '/k/config',
    );
    expect(json.clusters.get('c')?.fields).toEqual({ server: 'https://c', 'disable-compression': true });
    const anchors = await parseKubeconfig(
      'x: &x {server: "https://a"}\nclusters:\n- name: c\n  cluster:\n    <<: *x\n',
      '/k/config',
    );
    expect(anchors.clusters.get('c')?.fields['server']).toBe('https://a');
  });

  it('resolves relative paths against the file and leaves plain commands to PATH', async () => {
    const { clusters, users } = await parseKubeconfig(
      `
clusters: [{name: c, cluster: {certificate-authority: pki/ca.crt}}]
users:
- {name: u, user: {client-certificate: ../u.crt, client-key: /abs/u.key, tokenFile: t}}
- {name: path, user: {exec: {command: ./bin/login, args: [a]}}}
- {name: name, user: {exec: {command: login}}}
`,
      '/home/x/.kube/config',
    );
    expect(clusters.get('c')?.fields).toEqual({ 'certificate-authority': '/home/x/.kube/pki/ca.crt' });
    expect(users.get('u')?.fields).toEqual({
      'client-certificate': '/home/x/u.crt',
      'client-key': '/abs/u.key',
      tokenFile: '/home/x/.kube/t',
    });
    expect(users.get('path')?.fields).toEqual({ exec: { command: '/home/x/.kube/bin/login', args: ['a'] } });
    expect(users.get('name')?.fields).toEqual({ exec: { command: 'login' } });
  });
});

describe('mergeKubeconfigs', () => {
  const file = (text: string, path: string) => parseKubeconfig(text, path);
  it.each([
    [
      'the first entry wins whole',
      [
        'clusters: [{name: c, cluster: {server: "https://1"}}]',
        'clusters: [{name: c, cluster: {server: "https://2", tls-server-name: x}}]',
      ],
      { c: { server: 'https://1' } },
    ],
    [
      'an empty entry wins too',
      ['clusters: [{name: c}]', 'clusters: [{name: c, cluster: {server: "https://2"}}]'],
      { c: {} },
    ],
    ['other names are added', ['clusters: [{name: a}]', 'clusters: [{name: b}]'], { a: {}, b: {} }],
  ])('%s', async (_name, texts, clusters) => {
    const merged = mergeKubeconfigs(await Promise.all(texts.map((text, index) => file(text, `/${index}`))));
    expect(Object.fromEntries([...merged.clusters].map(([name, entry]) => [name, entry.fields]))).toEqual(clusters);
  });

  it('takes the first current-context that is not empty, even if another file defines it', async () => {
    const merged = mergeKubeconfigs([
      await file('current-context: ""', '/1'),
      await file('current-context: b', '/2'),
      await file('current-context: c\ncontexts: [{name: b, context: {cluster: x}}]', '/3'),
    ]);
    expect(merged.currentContext).toBe('b');
    expect(merged.contexts.get('b')?.file).toBe('/3');
  });
});

describe('looksLikeKubeconfig', () => {
  it.each([
    ['apiVersion: v1\nkind: Config\n', true],
    ['kind: Config # mine\n', true],
    ['"kind": "Config"', true],
    ['{"apiVersion":"v1","kind":"Config","clusters":[]}', true],
    ['{\n  "kind": "Config",\n  "clusters": [\n', true],
    ['clusters:\n- name: a\ncontexts: [\n', true],
    ['apiVersion: skaffold/v4beta1\nkind: Config\n', false],
    ['apiVersion: v1\nkind: ConfigMap\ndata:\n  clusters: x\n', false],
    ['apiVersion: apps/v1\nkind: Deployment\n', false],
    ['users:\n  - bob\n', false],
    ['# notes about clusters: and contexts:\n', false],
    ['', false],
  ])('%j → %s', (text, expected) => {
    expect(looksLikeKubeconfig(text)).toBe(expected);
  });
});
