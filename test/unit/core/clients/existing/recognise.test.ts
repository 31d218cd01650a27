import { describe, expect, it } from 'vitest';
import { foreignEntry } from '../../../../../main/core/clients/existing/foreign-entry.ts';
import { isReadOnly, recognise } from '../../../../../main/core/clients/existing/recognise.ts';
import { loadBundled } from '../../presets/bundled.ts';

const presets = [...(await loadBundled()).presets.values()];
const entry = (raw: unknown) => foreignEntry('it', raw);
const run = (command: string, ...args: string[]) => recognise(entry({ command, args }), presets);

describe('the shapes of entries', () => {
  it.each([
    ['a command', { command: 'npx', args: ['-y', 'x'] }, { transport: 'stdio', command: 'npx', args: ['-y', 'x'] }],
    [
      'one list (opencode)',
      { type: 'local', command: ['npx', 'x'], environment: { A: '1' } },
      { transport: 'stdio', command: 'npx', args: ['x'], env: { A: '1' } },
    ],
    [
      'cmd and envs (goose)',
      { type: 'stdio', cmd: 'uvx', args: ['x'], envs: { A: '1' }, enabled: false },
      { transport: 'stdio', command: 'uvx', args: ['x'], env: { A: '1' }, disabled: true },
    ],
    [
      'a command with a path (old Zed)',
      { command: { path: 'x', args: ['y'], env: { A: '1' } } },
      { transport: 'stdio', command: 'x', args: ['y'], env: { A: '1' } },
    ],
    ['a URL', { url: 'http://localhost:9900/mcp' }, { transport: 'http', url: 'http://localhost:9900/mcp' }],
    ['a URL of SSE', { url: 'http://localhost:9900/sse' }, { transport: 'sse' }],
    ['a type', { type: 'sse', url: 'http://localhost:1/mcp' }, { transport: 'sse' }],
    ["another client's name of HTTP", { type: 'streamableHttp', url: 'http://localhost:1/sse' }, { transport: 'http' }],
    [
      'serverUrl (Windsurf)',
      { serverUrl: 'https://h/mcp', headers: { A: 'b' } },
      { transport: 'http', url: 'https://h/mcp', headers: { A: 'b' } },
    ],
    ['uri (goose)', { type: 'streamable_http', uri: 'https://h/mcp' }, { transport: 'http', url: 'https://h/mcp' }],
    ['http_headers (Codex)', { url: 'https://h/mcp', http_headers: { A: 'b' } }, { headers: { A: 'b' } }],
    [
      'requestOptions (Continue)',
      { url: 'https://h/mcp', requestOptions: { headers: { A: 'b' } } },
      { headers: { A: 'b' } },
    ],
    ['a number in the environment', { command: 'x', env: { PORT: 8080 } }, { env: { PORT: '8080' } }],
    ['switched off', { command: 'x', disabled: true }, { disabled: true }],
    ['nothing known', { image: 'x' }, { transport: null, command: null, url: null }],
    ['no object', 'npx x', { transport: null }],
    ['null', null, { transport: null }],
    ['an empty command', { command: '' }, { transport: null }],
  ])('reads %s', (_what, raw, expected) => {
    expect(entry(raw)).toMatchObject(expected);
  });

  it('takes what the row says of an entry without a type for its transport', () => {
    const sse = {
      id: 'sse',
      severity: 'warn',
      present: ['url'],
      absent: ['type'],
      equals: {},
      transport: 'sse',
      says: 's',
      remedy: 'r',
    } as const;
    expect(
      foreignEntry('it', { url: 'http://h/mcp' }, [{ ...sse, present: ['url'], absent: ['type'] }]).transport,
    ).toBe('sse');
    expect(
      foreignEntry('it', { url: 'http://h/mcp', type: 'http' }, [{ ...sse, present: ['url'], absent: ['type'] }])
        .transport,
    ).toBe('http');
  });
});

describe('what an entry runs', () => {
  it.each([
    ['kubectl mtv mcp-server', 'kubectl-mtv'],
    ['kubectl-mtv mcp-server', 'kubectl-mtv'],
    ['/usr/local/bin/kubectl-mtv --kubeconfig /k mcp-server --read-only', 'kubectl-mtv'],
    ['npx -y kubernetes-mcp-server@latest --read-only', 'kubernetes-mcp-server'],
    ['npx --yes --package=kubernetes-mcp-server@0.0.60 kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['cmd /c npx -y kubernetes-mcp-server@latest', 'kubernetes-mcp-server'],
    ['C:\\nodejs\\npx.cmd -y kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['kubernetes-mcp-server --port 8080', 'kubernetes-mcp-server'],
    ['uvx kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['uvx --from kubernetes-mcp-server==0.0.60 kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['uv tool run kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['bunx kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['pnpm dlx kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['env KUBECONFIG=/k kubernetes-mcp-server', 'kubernetes-mcp-server'],
    ['npx mcp-server-kubernetes', 'mcp-server-kubernetes'],
    ['node /opt/node_modules/mcp-server-kubernetes/dist/index.js', 'mcp-server-kubernetes'],
    ['mkp-server --addr 127.0.0.1:1', 'mkp'],
    [
      'docker run -i --rm -v /home/me/.kube:/kube -e KUBECONFIG=/kube/config quay.io/containers/kubernetes_mcp_server:latest',
      'kubernetes-mcp-server',
    ],
    ['podman run -i --rm ghcr.io/stackloklabs/mkp/server@sha256:0', 'mkp'],
    ['docker run --rm -i quay.io/yaacov/kubectl-mtv-mcp-server:v1', 'kubectl-mtv'],
  ])('%s is %s', (line, preset) => {
    expect(run(...(line.split(' ') as [string]))?.preset.id).toBe(preset);
  });

  it.each([
    'kubectl get pods',
    'npx -y @modelcontextprotocol/server-github',
    'kubectl mtv',
    'docker ps',
    'docker run alpine',
    'node server.js',
    'npx',
  ])('%s is none of them', (line) => {
    expect(run(...(line.split(' ') as [string]))).toBeNull();
  });

  it('tells flags, their values, switches and words apart, in every spelling', () => {
    const found = run(
      'kubectl',
      'mtv',
      'mcp-server',
      '--http',
      '--port=8080',
      '-v',
      '2',
      '--read-only',
      '--max-response-chars',
      '4000',
      'odd',
    );
    expect(found?.flags).toEqual([
      { name: '--http', value: null },
      { name: '--port', value: '8080' },
      { name: '--verbose', value: '2' },
      { name: '--read-only', value: null },
      { name: '--max-response-chars', value: '4000' },
    ]);
    expect(found?.stray).toEqual(['odd']);
    expect(run('mkp', '-addr', ':8080', '-read-write')?.flags).toEqual([
      { name: '--addr', value: ':8080' },
      { name: '--read-write', value: null },
    ]);
  });

  it.each([
    ['kubectl mtv mcp-server', false],
    ['kubectl mtv mcp-server --read-only', true],
    ['kubernetes-mcp-server --read-only=false', false],
    ['mkp', true],
    ['mkp --read-write', false],
    ['env ALLOW_ONLY_READONLY_TOOLS=true npx mcp-server-kubernetes', true],
  ])('%s: only reads is %s', (line, readOnly) => {
    const found = run(...(line.split(' ') as [string]));
    expect(found && isReadOnly(found)).toBe(readOnly);
  });
});
