import { expect, test } from 'vitest';
import { KeyBlock } from '../../../../main/core/logs/key-block.ts';
import { KnownSecrets } from '../../../../main/core/logs/known-secrets.ts';
import { redactPatterns } from '../../../../main/core/logs/redact.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw';

test.each([
  [`GET /api with ${jwt} refused`, 'GET /api with [redacted] refused'],
  ['Authorization: Bearer abcdef0123456789', 'Authorization: Bearer [redacted]'],
  ['"authorization": "Basic dXNlcjpwYXNz"', '"authorization": "Basic [redacted]"'],
  ['authorization=sha256~abcdefgh', 'authorization=[redacted]'],
  ['proxy http://alice:s3cret@proxy.corp:3128/x is down', 'proxy http://[redacted]@proxy.corp:3128/x is down'],
  ['git https://ghp_012345@github.com/a/b', 'git https://[redacted]@github.com/a/b'],
  ['{"access_token":"0123456789abcdef0123"}', '{"access_token":"[redacted]"}'],
  ['login --token=0123456789abcdef0123 --quiet', 'login --token=[redacted] --quiet'],
  ['connect password=hunter2; retry', 'connect password=[redacted]; retry'],
  ['{"password": "hun\\"ter"}', '{"password": "[redacted]"}'],
  ['mkp --token hunter2 --port 8080', 'mkp --token [redacted] --port 8080'],
  ['run ["--client-secret","hunter2","-v"]', 'run ["--client-secret","[redacted]","-v"]'],
  ['oc with sha256~abcdefghijklmnopqrstuvwxyz012345', 'oc with [redacted]'],
  ['client-key-data: MHcCAQEEIBxyzxyzxyzxyz==', 'client-key-data: [redacted key]'],
  ['client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=', 'client-key-data: [redacted key]'],
  [
    'key "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\\n" end',
    'key "[redacted key]\\n" end',
  ],
])('hides the credential in %s', (text, shown) => {
  expect(redactPatterns(text)).toBe(shown);
});

test.each([
  'token expired',
  'password: incorrect',
  'dial tcp 127.0.0.1:6443: connect: connection refused',
  'image ghcr.io/a/b@sha256:0123456789abcdef is present',
  'E1121 10:00:00.000000 1 secret "db-credentials" not found in namespace default',
  'basic auth is off',
  'the flag --token is missing',
  'use --token --quiet',
  'https://127.0.0.1:6443/api?timeout=32s',
])('leaves %s as it is', (text) => {
  expect(redactPatterns(text)).toBe(text);
});

test('known values go in every form that they take', () => {
  const known = new KnownSecrets();
  known.add(['p@ss word/1', 'abc']);
  const base64 = Buffer.from('p@ss word/1').toString('base64');
  expect(known.redact(`p@ss word/1 ${encodeURIComponent('p@ss word/1')} ${base64} abc`)).toBe(
    '[redacted] [redacted] [redacted] abc',
  );
});

test('a value that begins with another goes as a whole', () => {
  const known = new KnownSecrets();
  known.add(['secret']);
  known.add(['secret-and-more']);
  expect(known.redact('secret-and-more secret')).toBe('[redacted] [redacted]');
});

test('each line of a known key is hidden, because logs are lines', () => {
  const known = new KnownSecrets();
  known.add(['-----BEGIN X-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END X-----']);
  expect(known.redact('MIIEvQIBADANBgkqhkiG9w0')).toBe('[redacted]');
});

test('a key over several lines is hidden to its end, and no further', () => {
  const block = new KeyBlock();
  const lines = ['before', '-----BEGIN EC PRIVATE KEY-----', 'MHcCAQEEI', '-----END EC PRIVATE KEY-----', 'after'];
  expect(lines.map((line) => block.read(line))).toEqual([
    'before',
    '-----BEGIN EC PRIVATE KEY-----',
    '[redacted key]',
    '[redacted key]',
    'after',
  ]);
});

test('a key without an end does not swallow the log', () => {
  const block = new KeyBlock();
  block.read('-----BEGIN PRIVATE KEY-----');
  const read = Array.from({ length: 300 }, (_, index) => block.read(`line ${index}`));
  expect(read.at(-1)).toBe('line 299');
});

test.each([
  ...[
    'a',
    'a-',
    'aB3-',
    'eyJ-',
    'eyJabcdef.',
    'token',
    'secret-',
    '--',
    '--a-',
    'passwd"',
    '://',
    'a://',
    'Bearer ',
    'authorization  ',
  ],
  ...[
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    'LS0tLS1CRUdJTi',
    '"password": "\\',
    ' ',
    '@',
    'sha256~',
    'ghp_abc',
  ],
])('a line of 60 kB is no burden, whatever is in it: %s', (piece) => {
  const long = piece.repeat(Math.ceil(60_000 / piece.length));
  const began = performance.now();
  for (const end of ['token', ' secret ', '!']) redactPatterns(`token ${long}${end}`);
  // A few ms; a pattern that can read a part in two ways needs minutes or years.
  expect(performance.now() - began).toBeLessThan(3_000);
});
