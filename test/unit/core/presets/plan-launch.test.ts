import { beforeAll, describe, expect, test } from 'vitest';
import type { GuardLevel } from '../../../../contract/model/guard.ts';
import type { OptionValue, Transport } from '../../../../contract/model/server.ts';
import type { DetectedProgram, LaunchInput } from '../../../../main/core/presets/launch-input.ts';
import type { LaunchPlan } from '../../../../main/core/presets/launch-plan.ts';
import { planLaunch, warningsOf } from '../../../../main/core/presets/plan-launch.ts';
import type { PresetDefinition } from '../../../../main/core/presets/preset-schema.ts';
import { loadBundled } from './bundled.ts';

let presets: ReadonlyMap<string, PresetDefinition>;
beforeAll(async () => {
  presets = (await loadBundled()).presets;
});

const native = (path: string, version: string | null): DetectedProgram => ({
  path,
  version,
  command: path,
  args: [],
  env: {},
});
const programs: Record<string, DetectedProgram | null> = {
  'kubernetes-mcp-server': native('/opt/kms', '0.0.67'),
  'mcp-server-kubernetes': {
    path: '/opt/msk/dist/index.js',
    version: '4.1.7',
    command: '/opt/electron',
    args: ['/opt/msk/dist/index.js'],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  },
  'kubectl-mtv': native('/opt/kubectl-mtv', '0.3.25'),
  mkp: native('/opt/mkp', '0.4.3'),
  command: native('/opt/mine', null),
  url: null,
};

interface Case {
  preset: string;
  transport?: Transport;
  guard?: GuardLevel;
  options?: Record<string, OptionValue>;
  version?: string | null;
  change?: Partial<LaunchInput>;
}

function plan({ preset: id, transport, guard = 'read-only', options = {}, version, change = {} }: Case): LaunchPlan {
  const preset = presets.get(id);
  if (!preset) throw new Error(`no preset ${id}`);
  const program = programs[id] ?? null;
  return planLaunch({
    preset,
    slug: 'web',
    server: { preset: id, context: 'active', guard, run: true, options, ...(transport ? { transport } : {}) },
    guard,
    detected: program && version !== undefined ? { ...program, version } : program,
    kubeconfig: '/run/web/kubeconfig',
    port: transport === 'stdio' || transport === undefined ? null : 40123,
    folder: '/run/web',
    env: { PATH: '/usr/bin', HOME: '/home/me' },
    secrets: {},
    childToken: 'CHILD-TOKEN',
    ...change,
  });
}

/** A launch as one would read it: what is run, with what beside the inherited environment. */
function sketch(launch: LaunchPlan): string {
  const { process } = launch;
  const env = Object.entries(process?.env ?? {}).filter(([name]) => name !== 'PATH' && name !== 'HOME');
  return [
    ...(process
      ? [[...env.map(([name, value]) => `${name}=${value}`), process.command, ...process.args].join(' ')]
      : []),
    ...(process?.files.map((file) => `${file.path}: ${file.content.trim().replaceAll('\n', ' | ')}`) ?? []),
    ...(launch.url ? [`${launch.transport} ${launch.url}`] : []),
    ...Object.entries(launch.headers).map(([name, value]) => `${name}: ${value}`),
    ...(launch.probe ? [`probe ${launch.probe.path ?? 'TCP'}`] : []),
  ].join('\n');
}

const guards: GuardLevel[] = ['read-only', 'ask', 'full'];
const combinations: [string, Transport, Record<string, OptionValue>][] = [
  ['kubernetes-mcp-server', 'stdio', {}],
  ['kubernetes-mcp-server', 'http', {}],
  ['mcp-server-kubernetes', 'stdio', {}],
  ['mcp-server-kubernetes', 'http', {}],
  ['mcp-server-kubernetes', 'sse', {}],
  ['kubectl-mtv', 'stdio', {}],
  ['kubectl-mtv', 'http', {}],
  ['mkp', 'http', {}],
  ['mkp', 'sse', {}],
  ['command', 'stdio', { command: 'mine' }],
  ['command', 'http', { command: 'mine', args: '["serve", "{port}"]' }],
  ['command', 'sse', { command: 'mine', url: 'http://127.0.0.1:{port}/sse' }],
  ['url', 'http', { url: 'https://mcp.example.com/mcp' }],
  ['url', 'sse', { url: 'https://mcp.example.com/sse' }],
];

describe.each(combinations)('%s over %s', (preset, transport, options) => {
  test.each(guards)('guard %s', (guard) => {
    expect(sketch(plan({ preset, transport, guard, options }))).toMatchSnapshot();
  });
});

test('the transport that is preferred is stdio where the server has it', () => {
  const preferred = [...presets.keys()].map((preset) => {
    const options = { command: { command: 'x' }, url: { url: 'http://127.0.0.1:1/mcp' } }[preset] ?? {};
    return `${preset}: ${plan({ preset, options, change: { port: 40123 } }).transport}`;
  });
  expect(preferred).toEqual([
    'kubernetes-mcp-server: stdio',
    'mcp-server-kubernetes: stdio',
    'kubectl-mtv: stdio',
    'mkp: http',
    'command: stdio',
    'url: http',
  ]);
});

test('a server over HTTP is reached with the proxy, the authorities and the certificate that are meant for it', () => {
  const env = { PATH: '/usr/bin', HTTPS_PROXY: 'http://jane:p%40ssword@proxy:3128', SSL_CERT_FILE: '/ca.pem' };
  const { PATH: _path, ...ofConnection } = env;
  const url = plan({
    preset: 'url',
    options: { url: 'https://x.example/mcp', 'ca-file': '/corp.pem' },
    change: { env },
  });
  expect(url.connection).toEqual({ env: ofConnection, caFile: '/corp.pem', pinnedFile: null });
  // As it is written and as it is sent.
  expect(url.secrets).toEqual(expect.arrayContaining(['p%40ssword', 'p@ssword']));

  const tls = { 'cert-file': '/cert.pem', 'key-file': '/key.pem' };
  const own = plan({ preset: 'kubectl-mtv', transport: 'http', version: '0.3.25', options: tls, change: { env } });
  expect(own.connection).toEqual({ env: ofConnection, caFile: null, pinnedFile: '/cert.pem' });
  expect(plan({ preset: 'kubectl-mtv', transport: 'stdio', change: { env } }).connection).toBeUndefined();
});

test('every launch waits at least 45 s for initialize, and listens on loopback only', () => {
  for (const [preset, transport, options] of combinations) {
    const launch = plan({ preset, transport, options });
    expect(launch.startTimeoutMs).toBeGreaterThanOrEqual(45_000);
    const words = [...(launch.process?.args ?? []), ...Object.values(launch.process?.env ?? {})].join(' ');
    expect(words).not.toMatch(/0\.0\.0\.0|(^| ):\d/);
  }
});

test('an old kubectl-mtv speaks SSE and no HTTP, and one before the read-only switch is not given it', () => {
  expect(sketch(plan({ preset: 'kubectl-mtv', transport: 'sse', version: '0.2.8' }))).toMatchSnapshot();
  expect(() => plan({ preset: 'kubectl-mtv', transport: 'http', version: '0.2.8' })).toThrow('does not speak http');
  expect(() => plan({ preset: 'kubectl-mtv', transport: 'sse', version: '0.3.25' })).toThrow('does not speak sse');
  expect(plan({ preset: 'kubectl-mtv', version: '0.1.50' }).process?.args).toEqual(['mcp-server']);
  const preset = presets.get('kubectl-mtv') as PresetDefinition;
  expect(warningsOf(preset, 'stdio', '0.1.50').join()).toContain('no read-only switch');
  expect(warningsOf(preset, 'stdio', '0.3.25')).toEqual([]);
});

test('an old MKP speaks only SSE', () => {
  expect(plan({ preset: 'mkp', version: '0.2.0', change: { port: 1 } }).transport).toBe('sse');
});

test('servers over HTTP on loopback carry the warning that others can reach them', () => {
  for (const id of ['kubernetes-mcp-server', 'kubectl-mtv', 'mkp', 'command']) {
    expect(warningsOf(presets.get(id) as PresetDefinition, 'http', null).join()).toContain(
      'Any program on this machine',
    );
  }
});

test('options become what the server takes', () => {
  expect(
    plan({
      preset: 'kubernetes-mcp-server',
      options: { toolsets: 'core, helm', 'disable-destructive': true, 'list-output': 'yaml', 'log-level': 3 },
    }).process?.args.slice(9),
  ).toMatchInlineSnapshot(`
    [
      "--toolsets",
      "core,helm",
      "--disable-destructive",
      "--list-output",
      "yaml",
      "--log-level",
      "3",
    ]
  `);
  expect(
    plan({ preset: 'mkp', transport: 'http', options: { 'rate-limiting': false, 'serve-resources': true } }).process
      ?.args,
  ).toEqual(expect.arrayContaining(['--enable-rate-limiting=false', '--serve-resources']));
  expect(
    plan({ preset: 'mcp-server-kubernetes', options: { 'mask-secrets': false, 'non-destructive': true } }).process?.env,
  ).toMatchObject({ MASK_SECRETS: 'false', ALLOW_ONLY_NON_DESTRUCTIVE_TOOLS: 'true' });
  expect(
    plan({ preset: 'kubectl-mtv', options: { 'max-response-chars': 4000, 'vddk-init-image': 'quay.io/x' } }).process,
  ).toMatchObject({
    args: ['mcp-server', '--read-only', '--max-response-chars', '4000'],
    env: { MTV_VDDK_INIT_IMAGE: 'quay.io/x' },
  });
});

test('an option that a version or transport does not have is left out', () => {
  const options = { 'output-format': 'json' };
  expect(plan({ preset: 'kubectl-mtv', version: '0.1.66', options }).process?.args).not.toContain('--output-format');
  expect(plan({ preset: 'kubectl-mtv', version: '0.2.8', options }).process?.args).toContain('--output-format');
  const limits = { 'rate-limit-read': 5 };
  const limited = (version: string) => plan({ preset: 'mkp', transport: 'sse', version, options: limits }).process?.env;
  expect(limited('0.2.4')).not.toHaveProperty('MKP_RATE_LIMIT_READ');
  expect(limited('0.4.3')).toHaveProperty('MKP_RATE_LIMIT_READ', '5');
  expect(plan({ preset: 'kubernetes-mcp-server', options: { stateless: true } }).process?.args).not.toContain(
    '--stateless',
  );
});

test('kubectl-mtv is reached over TLS when it has a certificate, and over stdio none is used', () => {
  const options = { 'cert-file': '/tls/cert.pem', 'key-file': '/tls/key.pem' };
  const http = plan({ preset: 'kubectl-mtv', transport: 'http', options });
  expect(http.url).toBe('https://127.0.0.1:40123/mcp');
  expect(http.process?.args.slice(-4)).toEqual(['--cert-file', '/tls/cert.pem', '--key-file', '/tls/key.pem']);
  expect(plan({ preset: 'kubectl-mtv', transport: 'sse', version: '0.2.8', options }).url).toBe(
    'https://127.0.0.1:40123/sse',
  );
  const stdio = plan({ preset: 'kubectl-mtv', options });
  expect(stdio.process?.args).toEqual(['mcp-server', '--read-only']);
  const older = plan({ preset: 'kubectl-mtv', transport: 'sse', version: '0.1.47', options });
  expect(older.url).toBe('http://127.0.0.1:40123/sse');
  expect(older.process?.args).not.toContain('--cert-file');
});

test('a list of allowed tools never takes the place of the read-only switch', () => {
  const options = { 'allowed-tools': 'kubectl_get, kubectl_delete' };
  const env = (guard: GuardLevel) => plan({ preset: 'mcp-server-kubernetes', guard, options }).process?.env;
  expect(env('read-only')).not.toHaveProperty('ALLOWED_TOOLS');
  expect(env('read-only')).toHaveProperty('ALLOW_ONLY_READONLY_TOOLS', 'true');
  expect(env('full')).toHaveProperty('ALLOWED_TOOLS', 'kubectl_get, kubectl_delete');
});

test('variables that would move the server elsewhere never reach it', () => {
  const env = { PATH: '/bin', KUBECONFIG: '/home/me/.kube/config', K8S_SERVER: 'x', K8S_TOKEN: 'y', MCP_PORT: '1' };
  const server = plan({ preset: 'mcp-server-kubernetes', change: { env } }).process?.env;
  expect(server).toMatchObject({ KUBECONFIG: '/run/web/kubeconfig' });
  expect(server).not.toHaveProperty('K8S_SERVER');
  expect(server).not.toHaveProperty('K8S_TOKEN');
  expect(plan({ preset: 'mkp', transport: 'http', change: { env } }).process?.env).not.toHaveProperty('MCP_PORT');
});

test('without a context, a preset that needs one is refused and a command gets an empty kubeconfig', () => {
  expect(() => plan({ preset: 'kubectl-mtv', change: { kubeconfig: null } })).toThrow('needs a context');
  const { process } = plan({ preset: 'command', options: { command: 'x' }, change: { kubeconfig: null } });
  expect(process?.env['KUBECONFIG']).toBe('/run/web/no-cluster.kubeconfig');
  expect(process?.files).toEqual([
    { path: '/run/web/no-cluster.kubeconfig', content: 'apiVersion: v1\nkind: Config\n' },
  ]);
});

test('a program that is missing or too old is told with the way to get it', () => {
  expect(() => plan({ preset: 'mkp', change: { detected: null, port: 1 } })).toThrow(
    expect.objectContaining({
      code: 'command-missing',
      hint: expect.stringMatching(/`berth presets install mkp`.*go install/),
    }),
  );
  expect(() => plan({ preset: 'kubernetes-mcp-server', version: '0.0.60' })).toThrow('0.0.60 is too old');
  const problem = '/opt/mtv is there, but you may not execute it';
  const detected = { path: '/opt/mtv', version: null, command: '/opt/mtv', args: [], env: {}, problem };
  expect(() => plan({ preset: 'kubectl-mtv', change: { detected } })).toThrow(
    expect.objectContaining({
      code: 'command-missing',
      message: `${problem}.`,
      hint: expect.stringContaining('chmod'),
    }),
  );
  expect(() => plan({ preset: 'command', options: { command: 'nope' }, change: { detected: null } })).toThrow(
    '"nope" was not found',
  );
});

describe('secrets', () => {
  const secrets = { 'my-token': 'S3CRET-VALUE' };

  test('reach headers and environment, are listed for redaction, and never stand in arguments', () => {
    const launch = plan({
      preset: 'command',
      transport: 'http',
      options: { command: 'x', args: '["--port","{port}"]', env: '{"API_TOKEN":"secret:my-token","A":"{folder}"}' },
      change: { secrets },
    });
    expect(launch.process?.env).toMatchObject({ API_TOKEN: 'S3CRET-VALUE', A: '/run/web' });
    expect(launch.process?.args).toEqual(['--port', '40123']);
    expect(launch.secrets).toEqual(['S3CRET-VALUE']);

    const remote = plan({
      preset: 'url',
      options: { url: 'https://x.example/mcp', headers: '{"Authorization":"Bearer secret:my-token"}' },
      change: { secrets },
    });
    expect(remote.headers).toEqual({ Authorization: 'Bearer S3CRET-VALUE' });
    expect(remote.secrets).toEqual(['S3CRET-VALUE']);
  });

  test('can be the whole of a JSON option', () => {
    const launch = plan({
      preset: 'url',
      options: { url: 'https://x.example/mcp', headers: 'secret:all' },
      change: { secrets: { all: '{"X-Key":"k"}' } },
    });
    expect(launch.headers).toEqual({ 'X-Key': 'k' });
  });

  test('no combination has a secret in its arguments', () => {
    for (const [preset, transport, options] of combinations) {
      const launch = plan({ preset, transport, options, change: { secrets } });
      expect(launch.process?.args.join(' ') ?? '').not.toMatch(/CHILD-TOKEN|S3CRET/);
    }
  });

  test('arguments that would hold one are refused', () => {
    const byReference = { command: 'x', args: '["--token","secret:my-token"]' };
    expect(() => plan({ preset: 'command', options: byReference, change: { secrets } })).toThrow('no secrets');
    const byValue = { command: 'x', args: '["--token=S3CRET-VALUE"]' };
    expect(() => plan({ preset: 'command', options: byValue, change: { secrets } })).toThrow('would hold a secret');
    const token = { command: 'x', args: '["{childToken}"]' };
    expect(() => plan({ preset: 'command', options: token, change: { secrets } })).toThrow('would hold a secret');
  });

  test('one that is missing is named', () => {
    const options = { url: 'https://x.example/mcp', headers: '{"Authorization":"Bearer secret:gone"}' };
    expect(() => plan({ preset: 'url', options })).toThrow(
      expect.objectContaining({ code: 'not-found', hint: expect.stringContaining('berth secrets set gone') }),
    );
  });
});

test("braces in a user's arguments that are no placeholder stay", () => {
  const launch = plan({ preset: 'command', options: { command: 'x', args: '["-o","jsonpath={.items[*]}","{}"]' } });
  expect(launch.process?.args).toEqual(['-o', 'jsonpath={.items[*]}', '{}']);
});

test('a working folder of the user, also under the home', () => {
  expect(plan({ preset: 'command', options: { command: 'x', cwd: '~/src' } }).process?.cwd).toBe('/home/me/src');
  expect(plan({ preset: 'command', options: { command: 'x' } }).process?.cwd).toBe('/run/web');
});

test('tools that leak, leave the context or change it are ruled out', () => {
  const rules = (id: string) => presets.get(id)?.guardRules;
  expect(rules('kubernetes-mcp-server')?.tools['configuration_view']?.blocked).toBeTruthy();
  expect(rules('mcp-server-kubernetes')?.tools['kubectl_context']?.blocked).toBeTruthy();
  for (const tool of ['mtv_read', 'mtv_write', 'mtv_help']) {
    expect(rules('kubectl-mtv')?.commandLines[tool]).toMatchObject({ command: 'command', flags: 'flags' });
    expect(rules('kubectl-mtv')?.commandLines[tool]?.forbidden).toEqual(
      expect.arrayContaining(
        'kubeconfig context cluster user server token as as-group as-uid as-user-extra certificate-authority client-certificate client-key insecure-skip-tls-verify tls-server-name cache-dir inventory-url'.split(
          ' ',
        ),
      ),
    );
  }
});
