import { generate } from 'selfsigned';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type CredentialLife,
  credentialFiles,
  expiryAt,
  lifeOf,
  nextChange,
  soonMs,
} from '../../../../main/core/credentials/credential-life.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const noFiles = () => null;

function jwt(claims: object): string {
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
}

let certificate: string;

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'somebody' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 30 * DAY),
  });
  certificate = made.cert;
});

describe('the life of a credential', () => {
  test('of a certificate, embedded or in a file', () => {
    const embedded = lifeOf({ 'client-certificate-data': Buffer.from(certificate).toString('base64') }, noFiles);
    expect(embedded).toMatchObject({ kind: 'client-certificate', inFile: false });
    expect((embedded?.until ?? 0) - (embedded?.from ?? 0)).toBe(30 * DAY);
    const inFile = lifeOf({ 'client-certificate': '/c' }, (path) => (path === '/c' ? certificate : null));
    expect(inFile).toEqual({ ...embedded, inFile: true });
  });

  test('of a token: from `nbf`, else `iat`, to `exp`; a file wins over the text', () => {
    const token = jwt({ exp: 5000, iat: 1000, nbf: 2000 });
    expect(lifeOf({ token }, noFiles)).toEqual({ kind: 'token', from: 2_000_000, until: 5_000_000, inFile: false });
    expect(lifeOf({ token, tokenFile: '/t' }, () => `${jwt({ exp: 9000, iat: 1 })}\n`)).toEqual({
      kind: 'token-file',
      from: 1000,
      until: 9_000_000,
      inFile: true,
    });
  });

  test('is that of what ends first', () => {
    const user = { token: jwt({ exp: 5000 }), 'client-certificate-data': Buffer.from(certificate).toString('base64') };
    expect(lifeOf(user, noFiles)).toMatchObject({ kind: 'token', until: 5_000_000 });
  });

  test.each([
    ['an opaque token', { token: 'abc' }],
    ['a token without an end', { token: jwt({ iat: 5 }) }],
    ['a token whose end is no number', { token: jwt({ exp: 'tomorrow' }) }],
    ['no JSON', { token: 'a.b.c' }],
    ['no certificate', { 'client-certificate-data': 'bm9uZQ==' }],
    ['a file that is not there', { 'client-certificate': '/nowhere' }],
    ['a plugin, whatever stands beside it', { exec: { command: 'x' }, token: jwt({ exp: 5 }) }],
  ])('is not known of %s', (_, user) => {
    expect(lifeOf(user, noFiles)).toBeNull();
  });

  test('its files are those that count', () => {
    expect(credentialFiles({ 'client-certificate': '/c', 'client-key': '/k', tokenFile: '/t' })).toEqual([
      '/c',
      '/k',
      '/t',
    ]);
    expect(credentialFiles({ 'client-certificate': '/c', 'client-certificate-data': 'x' })).toEqual([]);
  });
});

const lasting = (kind: CredentialLife['kind'], ms: number | null): CredentialLife => ({
  kind,
  from: ms === null ? null : 1_000_000 * DAY - ms,
  until: 1_000_000 * DAY,
  inFile: false,
});

describe('a credential ends soon', () => {
  test.each([
    ['client-certificate', 365 * DAY, 14 * DAY],
    ['client-certificate', 30 * DAY, 6 * DAY],
    ['client-certificate', 12 * HOUR, 2.4 * HOUR],
    ['token', 365 * DAY, 14 * DAY],
    ['token', 30 * DAY, 3 * DAY],
    ['token', 24 * HOUR, 2.4 * HOUR],
    ['token', 5 * HOUR, HOUR],
    ['token', HOUR, 0.2 * HOUR],
    ['token-file', null, HOUR],
  ] as const)('a %s of %s ms, %s ms before', (kind, whole, before) => {
    expect(soonMs(lasting(kind, whole))).toBe(before);
  });

  test('and is told at the very moment, as is its end', () => {
    const life = lasting('token', 24 * HOUR);
    const soon = life.until - soonMs(life);
    expect(nextChange(life, 0)).toBe(soon);
    expect([soon - 1, soon, life.until - 1, life.until].map((now) => expiryAt(life, now).state)).toEqual([
      'ok',
      'soon',
      'soon',
      'expired',
    ]);
    expect(nextChange(life, soon)).toBe(life.until);
    expect(nextChange(life, life.until)).toBeNull();
  });

  test("but a plugin's does not, since it is renewed", () => {
    const life = lasting('exec', HOUR);
    expect(expiryAt(life, life.until - 1)).toMatchObject({ state: 'ok', renewable: true });
    expect(nextChange(life, 0)).toBe(life.until);
  });
});
