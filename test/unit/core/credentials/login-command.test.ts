import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { loginCommand } from '../../../../main/core/credentials/login-command.ts';

test('is what a shell passes on as it stands', () => {
  const target = { name: "it's a $(test) & more", file: '/home/me/my kubeconfigs/eu' };
  const words = execFileSync('/bin/sh', ['-c', `kubectl() { printf '%s\\n' "$@"; }; ${loginCommand(target)}`]);
  expect(words.toString().split('\n')).toEqual([
    '--kubeconfig',
    target.file,
    '--context',
    target.name,
    'get',
    'namespaces',
    '',
  ]);
});

test('is plain where names are', () => {
  expect(loginCommand({ name: 'arn:aws:eks:eu-1:12:cluster/x', file: null })).toBe(
    'kubectl --context arn:aws:eks:eu-1:12:cluster/x get namespaces',
  );
});
