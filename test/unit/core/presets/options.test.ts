import { beforeAll, expect, test } from 'vitest';
import type { BerthError } from '../../../../contract/errors.ts';
import type { OptionValue } from '../../../../contract/model/server.ts';
import { validateOptions } from '../../../../main/core/presets/options.ts';
import type { PresetDefinition } from '../../../../main/core/presets/preset-schema.ts';
import { secretNamesIn } from '../../../../main/core/presets/secret-references.ts';
import { compareVersions, inRange } from '../../../../main/core/presets/versions.ts';
import { loadBundled } from './bundled.ts';

let presets: ReadonlyMap<string, PresetDefinition>;
beforeAll(async () => {
  presets = (await loadBundled()).presets;
});

const refused: [preset: string, options: Record<string, OptionValue>, says: string][] = [
  ['mkp', { speed: 1 }, 'The preset "mkp" has no option "speed".'],
  ['mkp', { 'serve-resources': 'yes' }, 'The option "serve-resources" of "mkp" takes true or false.'],
  ['mkp', { 'rate-limit-read': 0 }, 'The option "rate-limit-read" of "mkp" takes a whole number of at least 1.'],
  ['mkp', { 'rate-limit-read': 1.5 }, 'takes a whole number of at least 1.'],
  ['mkp', { 'kubeconfig-refresh-interval': '5 minutes' }, 'takes another form than "5 minutes".'],
  ['kubernetes-mcp-server', { 'log-level': 10 }, 'takes a whole number from 0 to 9.'],
  ['kubernetes-mcp-server', { 'list-output': 'json' }, 'takes one of table, yaml.'],
  ['kubernetes-mcp-server', { toolsets: 'core,shell' }, 'separated by commas, not "shell".'],
  ['kubectl-mtv', { 'inventory-url': 'https://x\n--evil' }, 'takes a text of one line.'],
  ['kubectl-mtv', { 'inventory-url': 'inventory.example.com' }, 'takes another form'],
  ['kubectl-mtv', { 'output-format': 'yaml' }, 'takes one of markdown, text, json.'],
  ['kubectl-mtv', { 'max-response-chars': -1 }, 'takes a whole number of at least 0.'],
  ['kubectl-mtv', { verbosity: 4 }, 'takes a whole number from 0 to 3.'],
  ['kubectl-mtv', { 'vddk-init-image': '--server=x' }, 'takes another form'],
  ['kubectl-mtv', { 'cert-file': 'cert.pem', 'key-file': '/key.pem' }, 'takes another form than "cert.pem"'],
  ['kubectl-mtv', { 'cert-file': '/cert.pem' }, 'The option "cert-file" of "kubectl-mtv" needs "key-file" as well.'],
  ['kubectl-mtv', { 'key-file': '/key.pem' }, 'The option "key-file" of "kubectl-mtv" needs "cert-file" as well.'],
  ['mcp-server-kubernetes', { telemetry: true }, 'needs "telemetry-endpoint" as well.'],
  ['command', {}, 'The preset "command" needs the option "command".'],
  ['command', { command: 'x', args: '--port 1' }, 'takes a JSON array of strings.'],
  ['command', { command: 'x', args: '[1]' }, 'takes a JSON array of strings.'],
  ['command', { command: 'x', env: '["A=1"]' }, 'takes a JSON object of strings.'],
  ['command', { command: 'x', env: '{"API_TOKEN":"abc"}' }, '"API_TOKEN" looks like one'],
  ['command', { command: 'x', cwd: 'relative' }, 'takes another form'],
  ['url', { url: 'ftp://x' }, 'takes another form'],
  ['url', { url: 'https://me:pw@x.example/mcp' }, 'takes a URL without a password in it.'],
  ['url', { url: 'http://' }, 'takes another form'],
  ['url', { url: 'https://x.example/mcp?token=abc' }, '"token" looks like one'],
  ['url', { url: 'https://x.example/mcp?a=1&api_key=abc' }, '"api_key" looks like one'],
  ['command', { command: 'x', url: 'http://me:pw@127.0.0.1:{port}/mcp' }, 'takes a URL without a password in it.'],
  ['url', { url: 'https://x.example', 'ca-file': 'ca.pem' }, 'takes another form'],
  ['url', { url: 'https://x.example', headers: '{"Authorization":"Bearer abc"}' }, '"Authorization" looks like one'],
];

test.each(refused)('%s refuses %j', (id, options, says) => {
  const preset = presets.get(id) as PresetDefinition;
  expect(() => validateOptions(preset, options)).toThrow(
    expect.objectContaining({
      code: 'invalid-argument',
      message: expect.stringContaining(says),
      hint: expect.any(String),
    }),
  );
});

test.each(['https://me:hunter22@x.example/mcp', 'https://x.example/mcp?token=hunter22', 'ftp://me:hunter22@x.example'])(
  'a URL with a secret in it is not repeated: %s',
  (url) => {
    let said = '';
    try {
      validateOptions(presets.get('url') as PresetDefinition, { url });
    } catch (error) {
      said = JSON.stringify((error as BerthError).toInfo());
    }
    expect(said).toMatch(/URL/);
    expect(said).not.toContain('hunter22');
  },
);

test('parameters that are no secrets may stay in a URL', () => {
  const url = 'https://x.example/mcp?tokens=5&keyboard=de&monkey=1';
  validateOptions(presets.get('url') as PresetDefinition, { url });
});

test('what fits is accepted, and a partial change need not name what is required', () => {
  validateOptions(presets.get('command') as PresetDefinition, {
    command: 'x',
    args: '["-v"]',
    env: '{"MAX_TOKENS":"100","API_TOKEN":"secret:a","EMPTY_TOKEN":""}',
  });
  validateOptions(presets.get('url') as PresetDefinition, {
    url: 'https://x.example/mcp',
    headers: '{"Authorization":"Bearer secret:a"}',
  });
  validateOptions(presets.get('command') as PresetDefinition, { cwd: '/tmp' }, { complete: false });
  validateOptions(presets.get('kubectl-mtv') as PresetDefinition, { 'cert-file': '/c.pem' }, { complete: false });
  validateOptions(presets.get('mcp-server-kubernetes') as PresetDefinition, { telemetry: false });
  validateOptions(presets.get('kubectl-mtv') as PresetDefinition, {
    'inventory-url': 'https://forklift-inventory.example.com',
    'vddk-init-image': 'registry.example.com:5000/vddk:8.0.3',
  });
});

test('the secrets that options refer to are found once each, wherever they stand', () => {
  expect(
    secretNamesIn({ headers: '{"A":"Bearer secret:a","B":"secret:b"}', x: 'secret:a', n: 1, y: 'no secrets: here' }),
  ).toEqual(['a', 'b']);
});

test('versions are compared by number, and one that is not known counts as the newest', () => {
  expect(compareVersions('v0.10.0', '0.9.9')).toBeGreaterThan(0);
  expect(compareVersions('0.2.9-rc1', '0.2.9')).toBe(0);
  expect([null, 'unknown', '0.2.9', '0.2.8'].map((version) => inRange(version, { from: '0.2.9' }))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect([null, '0.2.9', '0.2.8'].map((version) => inRange(version, { before: '0.2.9' }))).toEqual([
    false,
    false,
    true,
  ]);
});

test('every option is described; those without a default are optional, and a default is a value that is accepted', () => {
  const withoutDefault = [...presets.values()].flatMap((preset) =>
    preset.options.filter((option) => option.default === undefined).map((option) => `${preset.id} ${option.name}`),
  );
  expect(withoutDefault).toMatchInlineSnapshot(`
    [
      "kubernetes-mcp-server config-dir",
      "kubernetes-mcp-server tls-cert",
      "kubernetes-mcp-server tls-key",
      "kubernetes-mcp-server metrics-port",
      "kubernetes-mcp-server program",
      "mcp-server-kubernetes allowed-tools",
      "mcp-server-kubernetes telemetry-endpoint",
      "mcp-server-kubernetes telemetry-attributes",
      "mcp-server-kubernetes telemetry-sampler",
      "mcp-server-kubernetes telemetry-share",
      "mcp-server-kubernetes program",
      "kubectl-mtv inventory-url",
      "kubectl-mtv vddk-init-image",
      "kubectl-mtv cert-file",
      "kubectl-mtv key-file",
      "kubectl-mtv program",
      "mkp program",
      "command command",
      "command args",
      "command env",
      "command cwd",
      "command ca-file",
      "url url",
      "url ca-file",
      "url headers",
    ]
  `);
  for (const preset of presets.values()) {
    for (const option of preset.options) {
      expect(option.description.length).toBeGreaterThan(15);
      if (option.default !== undefined) {
        validateOptions(preset, { [option.name]: option.default }, { complete: false });
      }
    }
  }
});
