import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptedForms,
  bearerToken,
  isAllowedOrigin,
  isLoopbackHost,
  mediaType,
  routeOf,
} from '../../../../main/core/gateway/http-rules.ts';

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:23784', 'localhost', 'LocalHost:1', '[::1]', '[::1]:23784'])('takes %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.example:127.0.0.1',
    'user@127.0.0.1',
    '127.0.0.1@evil.example',
    '127.0.0.2',
    '0.0.0.0',
    '::1',
    '[::ffff:127.0.0.1]',
    '127.0.0.1:',
    '127.0.0.1:x',
    '127.0.0.1, evil.example',
    ' 127.0.0.1',
    '2130706433',
  ])('refuses %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });

  it('takes nothing but the three names', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webAuthority(), fc.domain(), fc.ipV4(), fc.string()), (host) => {
        if (isLoopbackHost(host)) expect(host.toLowerCase()).toMatch(/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/);
      }),
    );
  });
});

describe('isAllowedOrigin', () => {
  const host = '127.0.0.1:23784';
  it.each<[string | undefined, boolean]>([
    [undefined, true],
    ['http://127.0.0.1:23784', true],
    ['http://localhost:6274', true],
    ['http://127.0.0.1', false],
    ['http://localhost:23784', false],
    ['https://127.0.0.1:23784', false],
    ['null', false],
    ['', false],
    ['http://127.0.0.1:23784/', false],
    ['http://127.0.0.1:23784.evil.example', false],
    ['file://', false],
    ['data:text/html,x', false],
    ['http://user@127.0.0.1:23784', false],
  ])('%s → %s', (origin, expected) => {
    expect(isAllowedOrigin(origin, host, ['http://localhost:6274'])).toBe(expected);
  });
});

describe('routeOf', () => {
  it.each([
    ['/healthz', { kind: 'health' }],
    ['/healthz?x=1', { kind: 'health' }],
    ['/good/mcp', { kind: 'mcp', slug: 'good' }],
    ['/good/mcp/', { kind: 'mcp', slug: 'good' }],
    ['/good/sse', { kind: 'sse', slug: 'good' }],
    ['/all/mcp?mode=search', { kind: 'mcp', slug: 'all' }],
    ['/.well-known/oauth-authorization-server', { kind: 'well-known' }],
    ['/good/mcp/.well-known/openid-configuration', { kind: 'well-known' }],
    ['/', { kind: 'unknown' }],
    [undefined, { kind: 'unknown' }],
    ['/good', { kind: 'unknown' }],
    ['/Good/mcp', { kind: 'unknown' }],
    ['/-x/mcp', { kind: 'unknown' }],
    ['/x/../good/mcp', { kind: 'unknown' }],
    ['/%67ood/mcp', { kind: 'unknown' }],
    ['//good/mcp', { kind: 'unknown' }],
    ['http://evil.example/good/mcp', { kind: 'unknown' }],
    [`/${'a'.repeat(41)}/mcp`, { kind: 'unknown' }],
  ])('%s', (target, route) => {
    expect(routeOf(target)).toEqual(route);
  });
});

describe('headers', () => {
  it('reads the media type without its parameters', () => {
    expect(mediaType('Application/JSON; charset=utf-8')).toBe('application/json');
    expect(mediaType(undefined)).toBe('');
  });

  it.each([
    [undefined, { json: true, events: true, eventsFirst: false }],
    [' ', { json: true, events: true, eventsFirst: false }],
    ['*/*', { json: true, events: true, eventsFirst: false }],
    ['application/json, text/event-stream', { json: true, events: true, eventsFirst: false }],
    ['text/event-stream, application/json', { json: true, events: true, eventsFirst: true }],
    ['text/event-stream;q=0.5, application/json', { json: true, events: true, eventsFirst: false }],
    ['application/json;q=0.5, text/event-stream', { json: true, events: true, eventsFirst: true }],
    ['application/json', { json: true, events: false, eventsFirst: false }],
    ['text/event-stream;q=0.5', { json: false, events: true, eventsFirst: true }],
    ['application/json;q=0, text/*', { json: false, events: true, eventsFirst: true }],
    ['text/event-stream;q=0, */*', { json: true, events: false, eventsFirst: false }],
    ['text/html', { json: false, events: false, eventsFirst: false }],
  ])('Accept: %s', (accept, forms) => {
    expect(acceptedForms(accept)).toEqual(forms);
  });

  it.each([
    ['Bearer abc_-.~+/=', 'abc_-.~+/='],
    ['bearer abc', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    [undefined, undefined],
  ])('Authorization: %s', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});
