import { expect, test } from 'vitest';
import { serverEnvironment } from '../../../../main/core/shell-env/server-environment.ts';

const login = {
  PATH: '/usr/bin',
  HOME: '/home/u',
  LC_ALL: 'C',
  https_proxy: 'http://proxy:3128',
  NO_PROXY: '.corp',
  AWS_PROFILE: 'dev',
  KRB5CCNAME: 'FILE:/tmp/x',
  XDG_CACHE_HOME: '/home/u/.cache',
  USE_GKE_GCLOUD_AUTH_PLUGIN: 'True',
  BERTH_HOME: '/secret',
  GITHUB_TOKEN: 'ghp_1',
  NODE_OPTIONS: '--require /evil.js',
  LD_PRELOAD: '/evil.so',
  KUBECONFIG: '/home/u/.kube/config',
  EMPTY: undefined,
};

test('passes what D13 allows and nothing else', () => {
  expect(Object.keys(serverEnvironment(login, {}, 'linux')).sort()).toEqual([
    'AWS_PROFILE',
    'HOME',
    'KRB5CCNAME',
    'LC_ALL',
    'NO_PROXY',
    'PATH',
    'USE_GKE_GCLOUD_AUTH_PLUGIN',
    'XDG_CACHE_HOME',
    'https_proxy',
  ]);
});

test('preset and user add and replace', () => {
  const env = serverEnvironment(
    { PATH: '/usr/bin', path: '/other' },
    { KUBECONFIG: '/run/kc', PATH: '/opt', X: undefined },
    'linux',
  );
  expect(env).toEqual({ PATH: '/opt', KUBECONFIG: '/run/kc' });
});

test('on Windows names are the same in any case, and programs get what they need to run', () => {
  const env = serverEnvironment(
    { Path: 'C:\\bin', SYSTEMROOT: 'C:\\Windows', aws_profile: 'x', GITHUB_TOKEN: 'no' },
    { PATH: 'D:\\bin' },
    'win32',
  );
  expect(env).toEqual({ SYSTEMROOT: 'C:\\Windows', aws_profile: 'x', PATH: 'D:\\bin' });
});
