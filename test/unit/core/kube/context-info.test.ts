import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { authOf, describeContexts, expiryOf } from '../../../../main/core/kube/context-info.ts';
import { parseKubeconfig } from '../../../../main/core/kube/kubeconfig-file.ts';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('authOf', () => {
  it.each([
    [{ exec: { command: '/opt/bin/kubelogin', args: ['x'] } }, 'exec: kubelogin'],
    [{ exec: { command: 'aws' }, token: 't' }, 'exec: aws'],
    [{ 'auth-provider': { name: 'oidc' } }, 'auth-provider: oidc'],
    [{ token: 't', 'client-certificate-data': 'x' }, 'token'],
    [{ tokenFile: '/t' }, 'token'],
    [{ 'client-certificate': '/c' }, 'client-certificate'],
    [{ username: 'u', password: 'p' }, 'basic'],
    [{ token: '' }, 'none'],
    [{}, 'none'],
  ])('%j → %s', (fields, expected) => {
    expect(authOf({ name: 'u', file: '/k', fields })).toBe(expected);
  });
});

describe('expiryOf', () => {
  it('is the earlier of certificate and token, from data or files', async () => {
    const notAfterDate = new Date('2031-05-06T07:08:09Z');
    const { cert } = await generate([{ name: 'commonName', value: 'me' }], { keyType: 'ec', notAfterDate });
    const data = Buffer.from(cert).toString('base64');
    const files: Record<string, string> = { '/c': cert, '/t': `${jwt({ exp: 1_893_456_000 })}\n` };
    const read = (path: string) => files[path] ?? null;
    expect(expiryOf({ 'client-certificate-data': data }, read)).toBe('2031-05-06T07:08:09.000Z');
    expect(expiryOf({ 'client-certificate': '/c' }, read)).toBe('2031-05-06T07:08:09.000Z');
    expect(expiryOf({ tokenFile: '/t', token: jwt({ exp: 1 }) }, read)).toBe('2030-01-01T00:00:00.000Z');
    expect(expiryOf({ 'client-certificate': '/c', token: jwt({ exp: 1_893_456_000 }) }, read)).toBe(
      '2030-01-01T00:00:00.000Z',
    );
  });

  it.each([
    [{ token: 'opaque' }],
    [{ token: 'a.b.c' }],
    [{ token: jwt({ exp: 'soon' }) }],
    [{ token: jwt({ exp: 1e300 }) }],
    [{ 'client-certificate-data': 'bm90IGEgY2VydA==' }],
    [{ 'client-certificate': '/gone' }],
    [{}],
  ])('is unknown for %j', (fields) => {
    expect(expiryOf(fields, () => null)).toBeNull();
  });
});

describe('describeContexts', () => {
  it('says of demo contexts that they are, and keeps "current" for what kubectl reads', async () => {
    const config = await parseKubeconfig(
      'current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: "https://k"}}]',
      '/run/k.yaml',
    );
    const [demo] = describeContexts(config, { kubectlsOwn: false, demo: true, readText: () => null });
    expect(demo?.info).toMatchObject({ source: 'demo', demo: true, current: false, apiServer: 'https://k' });
    const [own] = describeContexts(config, { kubectlsOwn: true, demo: false, readText: () => null });
    expect(own?.info).toMatchObject({ source: '/run/k.yaml', demo: false, current: true });
  });
});
