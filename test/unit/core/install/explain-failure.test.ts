import { expect, test } from 'vitest';
import { BerthError } from '../../../../contract/errors.ts';
import { explainCommandFailure, explainDiskFailure } from '../../../../main/core/install/explain-failure.ts';
import { shellLine } from '../../../../main/core/install/plan-route.ts';

test.each([
  ['go', 'go: x@v0.4.3: reading https://p/x: 403 Forbidden', 'not-found', 'does not serve it'],
  ['go', 'go: x@v0.4.3: invalid version: unknown revision v0.4.3', 'not-found', 'does not serve it'],
  ['go', 'go: x@v0.4.3 requires go >= 1.26.3 (running go 1.22; GOTOOLCHAIN=local)', 'unsupported', 'too old'],
  ['go', 'go: x: Get "https://p/x": dial tcp: lookup p: no such host', 'unreachable', 'cannot be reached'],
  [
    'go',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'unreachable',
    'unknown authority',
  ],
  ['go', 'write /x: no space left on device', 'start-failed', 'the disk is full'],
  ['npm', 'npm error code E401', 'unauthorized', 'wants a login'],
  ['npm', 'npm error code E404', 'not-found', 'does not have it'],
  ['npm', 'npm error code EINTEGRITY', 'protocol', 'another sha512'],
  ['npm', 'npm error code ENOSPC', 'start-failed', 'the disk is full'],
  ['npm', 'npm error network request failed, reason: getaddrinfo ENOTFOUND r', 'unreachable', 'cannot be reached'],
  ['krew', 'plugin "mtv" does not exist in the plugin index', 'not-found', 'does not have it'],
  ['krew', 'plugin "mtv" does not offer installation for this platform', 'unsupported', 'not for this machine'],
  [
    'krew',
    "fatal: unable to access 'https://github.com/': Could not resolve host: github.com",
    'unreachable',
    'cannot be reached',
  ],
  ['go', 'something nobody knows', 'start-failed', 'go ended with exit code 1'],
] as const)('%s that says %j is explained', (route, line, code, words) => {
  const failure = explainCommandFailure(route, 'Tiny', { code: 1, lines: ['one', line, 'the end'] });
  expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
  expect(failure.hint).toBeTruthy();
});

test.each([
  ['ENOSPC', 'is full'],
  ['EDQUOT', 'is full'],
  ['EACCES', 'may not write into /p: EACCES'],
  ['EROFS', 'may not write into /p: EROFS'],
])('%s of the disk is told in words', (code, words) => {
  const told = explainDiskFailure(Object.assign(new Error('x'), { code, syscall: 'write' }), '/p');
  expect(told).toBeInstanceOf(BerthError);
  expect((told as BerthError).message).toContain(words);
});

test('anything else stays what it is', () => {
  const error = new Error('a defect');
  expect(explainDiskFailure(error, '/p')).toBe(error);
});

test('a command is shown as one would type it', () => {
  expect(shellLine(['/opt/my go/go', 'install', "it's"], { GOOS: '', GOBIN: '/a b' })).toBe(
    `GOOS='' GOBIN='/a b' '/opt/my go/go' install 'it'\\''s'`,
  );
});
