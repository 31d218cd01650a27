import { expect, test } from 'vitest';
import { redactedArguments } from '../../../../main/core/audit/redact-arguments.ts';

const shout = (text: string) => text.replaceAll('hunter2', '[redacted]');

test('values under telling names are hidden, also deep down', () => {
  const args = { name: 'db', data: { password: 'a b', apiKey: 'k', nested: [{ access_token: 't' }] }, pin: 7 };
  expect(JSON.parse(redactedArguments(args, shout))).toEqual({
    name: 'db',
    data: { password: '[redacted]', apiKey: '[redacted]', nested: [{ access_token: '[redacted]' }] },
    pin: 7,
  });
});

test('all other text goes through the redaction', () => {
  expect(redactedArguments({ command: 'login --with hunter2', list: ['hunter2'] }, shout)).not.toContain('hunter2');
});

test('the name of a Secret object is no secret', () => {
  expect(JSON.parse(redactedArguments({ secret: 'db-login', secretName: 'x', kind: 'Secret' }, shout))).toEqual({
    secret: 'db-login',
    secretName: 'x',
    kind: 'Secret',
  });
});
