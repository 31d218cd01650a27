import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../../main/core/kube/proxy-env.ts';

describe('proxyFor', () => {
  const proxy = 'http://proxy:3128';
  it.each([
    ['https://k8s.example.com', {}, null],
    ['https://k8s.example.com', { HTTPS_PROXY: proxy }, proxy],
    ['https://k8s.example.com', { https_proxy: proxy }, proxy],
    ['https://k8s.example.com', { HTTP_PROXY: proxy }, null],
    ['http://k8s.example.com', { HTTP_PROXY: proxy }, proxy],
    ['https://k8s.example.com', { HTTPS_PROXY: 'proxy:3128' }, proxy],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, null],
    ['https://127.9.9.9:6443', { HTTPS_PROXY: proxy }, null],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, null],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, null],
    ['https://k8s.example.com', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, null],
    ['https://k8s.example.com', { HTTPS_PROXY: proxy, NO_PROXY: 'other, example.com' }, null],
    ['https://k8s.example.com', { HTTPS_PROXY: proxy, no_proxy: '.example.com' }, null],
    ['https://k8s.example.com', { HTTPS_PROXY: proxy, NO_PROXY: '*.example.com' }, null],
    ['https://example.com', { HTTPS_PROXY: proxy, NO_PROXY: '.example.com' }, proxy],
    ['https://badexample.com', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' }, proxy],
    ['https://k8s.example.com:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'k8s.example.com:443' }, proxy],
    ['https://k8s.example.com', { HTTPS_PROXY: proxy, NO_PROXY: 'K8S.example.com:443' }, null],
    ['https://10.1.2.3:6443', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, null],
    ['https://11.1.2.3:6443', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
    ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.1.2.3' }, null],
    ['https://[fd00::5]:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, null],
  ])('%s with %j → %s', (server, env, expected) => {
    expect(proxyFor(new URL(server), env as Record<string, string>)).toBe(expected);
  });
});
