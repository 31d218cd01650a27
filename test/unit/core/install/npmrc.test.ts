import { expect, test } from 'vitest';
import { npmConfig } from '../../../../main/core/install/npm-config.ts';
import { npmSettingsOfEnvironment, parseNpmrc } from '../../../../main/core/install/npmrc.ts';

test.each([
  ['registry=https://npm.example.com/', { registry: 'https://npm.example.com/' }],
  ['  registry = "https://npm.example.com/"  ', { registry: 'https://npm.example.com/' }],
  ["a='x;y'", { a: 'x;y' }],
  ['; a comment\n# another\n\nkey=value ; after it\r\nother=x', { key: 'value', other: 'x' }],
  ['a=b=c', { a: 'b=c' }],
  ['audit', { audit: 'true' }],
  ['ca[]="one"\nca[]="two"', { ca: ['one', 'two'] }],
  ['ca="-----BEGIN\\nEND"', { ca: '-----BEGIN\nEND' }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how npm writes variables
  ['//h/:_authToken=${TOKEN}', { '//h/:_authToken': 'tok' }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how npm writes variables
  ['a=${MISSING}\nb=${MISSING?}x\nc=\\${TOKEN}', { a: '${MISSING}', b: 'x', c: '${TOKEN}' }],
  ['\uFEFFa=1', { a: '1' }],
])('%j is read as npm reads it', (text, expected) => {
  expect(parseNpmrc(text, { TOKEN: 'tok' })).toEqual(expected);
});

test('the environment says settings in its own spelling', () => {
  expect(
    npmSettingsOfEnvironment({
      npm_config_registry: 'https://a/',
      NPM_CONFIG_STRICT_SSL: 'false',
      npm_config__auth: 'eA==',
      'npm_config_//h/:_authToken': 't_1',
      'npm_config_@my_scope:registry': 'https://b/',
      npm_config_noproxy: '',
      PATH: '/bin',
    }),
  ).toEqual({
    registry: 'https://a/',
    'strict-ssl': 'false',
    _auth: 'eA==',
    '//h/:_authToken': 't_1',
    '@my_scope:registry': 'https://b/',
  });
});

test.each([
  ['https://npm.example.com/x', 'Bearer root'],
  ['https://npm.example.com/team/x/-/x.tgz', 'Bearer team'],
  ['https://npm.example.com/teamwork/x', 'Bearer root'],
  ['https://npm.example.com:8443/x', 'Basic YTpi'],
  ['https://npm.example.com.evil.com/x', null],
  ['https://evil.com/npm.example.com/x', null],
  ['https://old.example.com/x', `Basic ${Buffer.from('ann:pass').toString('base64')}`],
])('%s gets the credentials that are kept for it: %s', (url, expected) => {
  const config = npmConfig(
    {
      registry: 'https://npm.example.com',
      '//npm.example.com/:_authToken': 'root',
      '//npm.example.com/team/:_authToken': 'team',
      '//npm.example.com:8443/:_auth': 'YTpi',
      '//old.example.com/:username': 'ann',
      '//old.example.com/:_password': Buffer.from('pass').toString('base64'),
    },
    {},
  );
  expect(config.authorizationFor(new URL(url))).toBe(expected);
});

test('credentials that name no host are for the default registry alone', () => {
  const config = npmConfig({ registry: 'https://npm.example.com', _authToken: 'old' }, {});
  expect(config.authorizationFor(new URL('https://npm.example.com/x'))).toBe('Bearer old');
  expect(config.authorizationFor(new URL('http://npm.example.com/x'))).toBeNull();
  expect(config.authorizationFor(new URL('https://cdn.example.com/x'))).toBeNull();
});

test('a scope has its own registry; what is no URL is refused with the way to correct it', () => {
  const config = npmConfig({ registry: 'nonsense', '@acme:registry': 'https://acme.example.com/npm' }, {});
  expect(config.registryOf('@acme/server').href).toBe('https://acme.example.com/npm/');
  expect(() => config.registryOf('server')).toThrow('The registry of your npm configuration is no URL: nonsense.');
  expect(npmConfig({}, {}).registryOf('server').href).toBe('https://registry.npmjs.org/');
});

test.each([
  ['https://r/', { 'https-proxy': 'http://p:1' }, {}, { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' }],
  [
    'https://r/',
    { proxy: 'http://p:2' },
    { HTTPS_PROXY: 'http://env' },
    { HTTPS_PROXY: 'http://p:2', HTTP_PROXY: 'http://p:2' },
  ],
  ['https://r/', { 'https-proxy': 'false' }, { https_proxy: 'http://env' }, {}],
  [
    'https://r/',
    { 'https-proxy': 'null', noproxy: 'r' },
    { HTTPS_PROXY: 'http://env', NO_PROXY: 'x' },
    { HTTPS_PROXY: 'http://env', NO_PROXY: 'r' },
  ],
])('the proxy for %s with %j and %j', (url, settings, env, expected) => {
  expect(
    npmConfig(settings as Record<string, string>, env as Record<string, string>).proxyEnvironment(new URL(url)),
  ).toEqual(expected);
});
