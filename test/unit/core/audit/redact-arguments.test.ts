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

test('lists under telling names are hidden, and what follows a telling flag', () => {
  const args = {
    tokens: ['a', ['b'], 5],
    args: ['login', '--password', 'hunter3', '--token', '--force', 'x', '-n', 'shop'],
  };
  expect(JSON.parse(redactedArguments(args, shout))).toEqual({
    tokens: ['[redacted]', ['[redacted]'], '[redacted]'],
    args: ['login', '--password', '[redacted]', '--token', '--force', 'x', '-n', 'shop'],
  });
});

test('nothing in it is invisible or changes how the rest is read, and it is still the same JSON', () => {
  const args = {
    '__proto__ ': 'a',
    'n\u202eame': 'pods\u202e/gpj\u2066',
    x: '\u009b8mhidden\u200b\ufeff\u2028\u007f\u{e0041}',
    y: 'é → 漢',
  };
  const text = redactedArguments(args, shout);
  expect(text).toMatch(/^[ -~é→漢]*$/);
  expect(JSON.parse(text)).toEqual(args);
});

test('a name of the language is a name as any other', () => {
  const text = '{"__proto__":{"a":"hunter2"},"b":null,"c":true}';
  expect(redactedArguments(JSON.parse(text), shout)).toBe(text.replace('hunter2', '[redacted]'));
});
