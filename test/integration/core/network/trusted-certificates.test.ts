import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCertificates, trustedCertificates } from '../../../../main/core/network/trusted-certificates.ts';
import { PrivateAuthority } from '../../../fixtures/network/authority.ts';

let folder: string;
let one: PrivateAuthority;
let two: PrivateAuthority;

beforeAll(async () => {
  one = await PrivateAuthority.create('one');
  two = await PrivateAuthority.create('two');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-trust-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name);
const has = (ca: readonly string[], { cert }: PrivateAuthority) => ca.some((pem) => pem.trim() === cert.trim());

test('the runtime’s authorities stay, whatever is named beside them', async () => {
  const { ca, sources } = await trustedCertificates({ SSL_CERT_FILE: one.writeTo(file('one.pem')) });
  expect(ca.length).toBe(rootCertificates.length + 1);
  expect(has(ca, one)).toBe(true);
  expect(sources).toEqual(['the authorities that come with Berth', `SSL_CERT_FILE ${file('one.pem')}`]);
});

test('every file of the folders in SSL_CERT_DIR, NODE_EXTRA_CA_CERTS and extra files count, each certificate once', async () => {
  for (const name of ['a', 'b']) mkdirSync(file(name));
  one.writeTo(file('a/one.pem'));
  two.writeTo(file('b/two.pem'));
  writeFileSync(file('b/README'), 'no certificate');
  const env = {
    SSL_CERT_FILE: one.writeTo(file('one.pem')),
    SSL_CERT_DIR: [file('a'), file('b')].join(delimiter),
    NODE_EXTRA_CA_CERTS: two.writeTo(file('two.pem')),
  };
  const { ca, problems } = await trustedCertificates(env, [file('one.pem')]);
  expect(ca.length).toBe(rootCertificates.length + 2);
  expect([has(ca, one), has(ca, two), problems]).toEqual([true, true, []]);
});

test('what a variable names and is of no use is told, and holds nothing up', async () => {
  writeFileSync(file('text.pem'), 'hello');
  const env = {
    SSL_CERT_FILE: file('none.pem'),
    SSL_CERT_DIR: file('no-folder'),
    NODE_EXTRA_CA_CERTS: file('text.pem'),
  };
  const { ca, problems } = await trustedCertificates(env);
  expect(ca.length).toBe(rootCertificates.length);
  expect(problems).toEqual([
    `SSL_CERT_FILE is ignored: The certificate file ${file('none.pem')} cannot be read: ENOENT.`,
    `SSL_CERT_DIR is ignored: ${file('no-folder')} cannot be read: ENOENT`,
    `NODE_EXTRA_CA_CERTS is ignored: The certificate file ${file('text.pem')} holds no certificate in PEM.`,
  ]);
  await expect(trustedCertificates({}, [file('none.pem')])).rejects.toMatchObject({ code: 'invalid-config' });
});

test('the same list as long as nothing changed; a renewed file is seen', async () => {
  const env = { SSL_CERT_FILE: one.writeTo(file('ca.pem')) };
  const first = await trustedCertificates(env);
  expect((await trustedCertificates(env)).ca).toBe(first.ca);
  two.writeTo(file('ca.pem'));
  utimesSync(file('ca.pem'), new Date(), new Date(Date.now() + 5_000));
  const { ca } = await trustedCertificates(env);
  expect([has(ca, one), has(ca, two)]).toEqual([false, true]);
});

test('a certificate in DER is named as such, with how to convert it', async () => {
  const base64 = one.cert.replaceAll(/-----[^-]+-----|\s/g, '');
  writeFileSync(file('ca.cer'), Buffer.from(base64, 'base64'));
  await expect(readCertificates(file('ca.cer'))).rejects.toMatchObject({
    code: 'invalid-config',
    message: expect.stringContaining('in DER, not in PEM'),
    hint: expect.stringContaining('openssl x509 -inform der'),
  });
});
