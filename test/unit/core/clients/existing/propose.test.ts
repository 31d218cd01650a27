// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of clients look like this
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignEntry } from '../../../../../main/core/clients/existing/foreign-entry.ts';
import type { KnownClusters } from '../../../../../main/core/clients/existing/kubeconfig-binding.ts';
import { freeSlug, propose } from '../../../../../main/core/clients/existing/propose.ts';
import { recognise } from '../../../../../main/core/clients/existing/recognise.ts';
import { validateOptions } from '../../../../../main/core/presets/options.ts';
import { loadBundled } from '../../presets/bundled.ts';

const presets = [...(await loadBundled()).presets.values()];
let home: string;
let prod: string;
let known: KnownClusters;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-propose-'));
  prod = join(home, 'prod-cluster.yaml');
  const context = (name: string) => `{name: ${name}, context: {cluster: c, user: u}}`;
  await writeFile(
    prod,
    `apiVersion: v1\nkind: Config\ncurrent-context: west\nclusters: [{name: c, cluster: {server: "https://west:6443"}}]\nusers: [{name: u, user: {}}]\ncontexts: [${context('east')}, ${context('west')}]\n`,
  );
  known = {
    home,
    platform: 'linux',
    contexts: [
      { ref: 'dev', name: 'dev', source: join(home, '.kube', 'config'), apiServer: 'https://api.dev.example.com:6443' },
      {
        ref: 'stage',
        name: 'stage',
        source: join(home, '.kube', 'config'),
        apiServer: 'https://api.stage.example.com',
      },
    ],
  };
});
afterAll(() => rm(home, { recursive: true }));

async function proposed(raw: unknown, name = 'kubectl-mtv', world = known) {
  const entry = foreignEntry(name, raw);
  const recognised = recognise(entry, presets);
  const result = await propose({ entry, recognised, known: world, takenSlugs: [], takenSecrets: [] });
  if (typeof result === 'string') return { why: result };
  const preset = presets.find(({ id }) => id === result.proposal.preset);
  // Whatever is proposed can be docked.
  if (preset) validateOptions(preset, result.proposal.options);
  return result;
}

describe('what Berth would dock for the examples that users have copied', () => {
  it('kubectl mtv with a kubeconfig: the context of that file, which is added', async () => {
    const raw = {
      command: 'kubectl',
      args: ['mtv', 'mcp-server'],
      env: { KUBECONFIG: prod, MTV_VDDK_INIT_IMAGE: 'registry.company.com/vddk:latest' },
    };
    expect(await proposed(raw, 'kubectl-mtv-prod')).toMatchObject({
      moves: [],
      proposal: {
        preset: 'kubectl-mtv',
        slug: 'kubectl-mtv-prod',
        context: `west@${prod}`,
        addsKubeconfigs: [prod],
        options: { 'vddk-init-image': 'registry.company.com/vddk:latest' },
        guard: 'read-only',
        notCarriedOver: [],
        notes: ['It is docked read-only, though it was not before; its guard can be raised later.'],
      },
    });
  });

  it('kubectl mtv with a kubeconfig that does not exist: only the user can say which context', async () => {
    const raw = { command: 'kubectl', args: ['mtv', 'mcp-server'], env: { KUBECONFIG: '/path/to/your/kubeconfig' } };
    expect(await proposed(raw)).toMatchObject({
      proposal: {
        context: null,
        contextReason: 'Its kubeconfig /path/to/your/kubeconfig does not exist.',
        addsKubeconfigs: [],
      },
    });
  });

  it('kubectl mtv with --server and --token: the token moves, and the context is one of that API server or nobody knows', async () => {
    const raw = (server: string) => ({
      command: 'kubectl',
      args: ['mtv', 'mcp-server', '--server', server, '--token', 'eyJhbGciOi...'],
    });
    const unknown = await proposed(raw('https://api.prod-cluster.example.com:6443'), 'kubectl-mtv-remote');
    expect(unknown).toMatchObject({
      moves: [{ name: 'kubectl-mtv-remote-token', value: 'eyJhbGciOi...', used: false, from: 'argument --token' }],
      proposal: { preset: 'kubectl-mtv', context: null, options: {}, notCarriedOver: [{ what: '--token …' }] },
    });
    const dev = await proposed(raw('https://api.dev.example.com:6443/'));
    expect(dev).toMatchObject({ proposal: { context: 'dev' } });
    for (const result of [unknown, dev]) {
      expect(JSON.stringify('proposal' in result && result.proposal)).not.toContain('eyJ');
    }
  });

  it('kubectl mtv with a longest answer: an option; the active context', async () => {
    const raw = { command: 'kubectl', args: ['mtv', 'mcp-server', '--max-response-chars', '4000'] };
    expect(await proposed(raw)).toMatchObject({
      proposal: { context: 'active', options: { 'max-response-chars': 4000 }, notCarriedOver: [] },
    });
  });

  it.each([
    [{ type: 'http', url: 'http://localhost:9900/mcp' }, 'http', 'http://localhost:9900/mcp'],
    [{ url: 'http://localhost:9900/sse' }, 'sse', 'http://localhost:9900/sse'],
  ])('the MCP optimizer by URL: %j', async (raw, transport, url) => {
    expect(await proposed(raw, 'mcp-optimizer')).toMatchObject({
      proposal: { preset: 'url', slug: 'mcp-optimizer', context: 'none', transport, options: { url } },
    });
  });
});

describe('flags and variables', () => {
  it('become options by the preset; what does not is told with its reason', async () => {
    const args = [
      '-y',
      'kubernetes-mcp-server@0.0.60',
      '--toolsets',
      'core,helm',
      '--disable-destructive',
      '--port',
      '8080',
      '--log-level=5',
      '--read-only',
      '--list-output',
      'xml',
      '--wonder',
      '7',
    ];
    const result = await proposed({ command: 'npx', args, env: { PATH: '/bin', K8S_MCP_CONFIG_PATH: '/c' } }, 'k8s');
    expect(result).toMatchObject({
      proposal: {
        options: { toolsets: 'core,helm', 'disable-destructive': true, 'log-level': 5 },
        notes: [],
        notCarriedOver: [
          { what: '--port 8080', why: 'Berth chooses a free port on 127.0.0.1.' },
          { what: '--list-output xml' },
          { what: '--wonder 7', why: 'Berth knows no option for this flag.' },
          { what: 'PATH', why: "Servers get this variable from your login shell's environment." },
          { what: 'K8S_MCP_CONFIG_PATH' },
          { what: 'version 0.0.60' },
        ],
      },
    });
  });

  it('a flag that Berth hands over as a variable becomes that option', async () => {
    const raw = { command: 'kubectl-mtv', args: ['mcp-server', '-i', 'https://inventory.example.com'] };
    expect(await proposed(raw)).toMatchObject({
      proposal: { options: { 'inventory-url': 'https://inventory.example.com' } },
    });
  });

  it('variables of mcp-server-kubernetes: context, namespace, switches and a token', async () => {
    const env = {
      K8S_CONTEXT: 'stage',
      K8S_NAMESPACE: 'shop',
      ALLOW_ONLY_NON_DESTRUCTIVE_TOOLS: 'true',
      MASK_SECRETS: 'false',
      K8S_TOKEN: 'sha256~abcdefgh',
    };
    expect(await proposed({ command: 'npx', args: ['mcp-server-kubernetes'], env }, 'K8s (stage)!')).toMatchObject({
      moves: [{ name: 'k8s-stage-token', value: 'sha256~abcdefgh', used: false }],
      proposal: {
        slug: 'k8s-stage',
        context: 'stage',
        namespace: 'shop',
        options: { 'non-destructive': true, 'mask-secrets': false },
      },
    });
  });

  it("a container's kubeconfig is the one that is mounted there", async () => {
    const args = [
      'run',
      '-i',
      '--rm',
      '-v',
      `${home}:/kube:ro`,
      '-e',
      'KUBECONFIG=/kube/prod-cluster.yaml',
      'quay.io/containers/kubernetes_mcp_server:latest',
      '--read-only',
    ];
    expect(await proposed({ command: 'docker', args })).toMatchObject({
      proposal: { preset: 'kubernetes-mcp-server', context: `west@${prod}`, notes: [] },
    });
  });

  it.each([
    ['~/prod-cluster.yaml', (file: string) => `west@${file}`],
    ['${userHome}/prod-cluster.yaml', (file: string) => `west@${file}`],
    ['$HOME/none.yaml:~/prod-cluster.yaml', (file: string) => `west@${file}`],
    ['${env:MY_KUBECONFIG}', () => null],
  ])('the kubeconfig %s', async (KUBECONFIG, context) => {
    const raw = { command: 'kubernetes-mcp-server', env: { KUBECONFIG } };
    expect(await proposed(raw)).toMatchObject({ proposal: { context: context(prod) } });
  });
});

describe('a server that Berth has no preset for', () => {
  it('is docked as its command, with secrets by reference, and those in arguments taken out', async () => {
    const raw = {
      command: '~/bin/gh-mcp',
      args: ['--host', 'github.example.com', '--token', 'hunter2hunter2', '--api-key=abcdefgh', '-x'],
      env: { GH_TOKEN: 'ghp_0123456789abcdef', MODE: 'fast', OTHER: '${env:OTHER}' },
      cwd: '~/work',
    };
    expect(await proposed(raw, 'GitHub')).toMatchObject({
      moves: [
        { name: 'github-token', value: 'hunter2hunter2', used: false },
        { name: 'github-api-key', value: 'abcdefgh', used: false },
        { name: 'github-gh-token', value: 'ghp_0123456789abcdef', used: true },
      ],
      proposal: {
        preset: 'command',
        context: 'none',
        options: {
          command: `${home}/bin/gh-mcp`,
          args: '["--host","github.example.com","-x"]',
          env: '{"GH_TOKEN":"secret:github-gh-token","MODE":"fast"}',
          cwd: `${home}/work`,
        },
        notCarriedOver: [{ what: '--token …' }, { what: '--api-key=…' }, { what: 'variable OTHER' }],
      },
    });
  });

  it('is bound to the context of its kubeconfig, where that leads to one', async () => {
    const bound = await proposed({ command: 'my-server', env: { KUBECONFIG: prod } }, 'mine');
    expect(bound).toMatchObject({
      proposal: { preset: 'command', context: `west@${prod}`, options: { command: 'my-server' } },
    });
    const unbound = await proposed({ command: 'my-server', env: { KUBECONFIG: '/none' } }, 'mine');
    expect(unbound).toMatchObject({ proposal: { context: 'none', options: { env: '{"KUBECONFIG":"/none"}' } } });
  });

  it('is docked as its URL, with headers by reference and a login as a header', async () => {
    const bearer = {
      url: 'https://h.example.com/mcp',
      headers: { Authorization: 'Bearer abc.def.ghi', 'X-Team': 'a' },
    };
    expect(await proposed(bearer, 'h')).toMatchObject({
      moves: [{ name: 'h-authorization', value: 'abc.def.ghi', used: true }],
      proposal: {
        options: {
          url: 'https://h.example.com/mcp',
          headers: '{"Authorization":"Bearer secret:h-authorization","X-Team":"a"}',
        },
      },
    });
    const login = await proposed({ url: 'https://me:pa%20ss@h.example.com/mcp?x=1' }, 'h');
    expect(login).toMatchObject({
      moves: [{ name: 'h-login', value: Buffer.from('me:pa ss').toString('base64') }],
      proposal: {
        options: { url: 'https://h.example.com/mcp?x=1', headers: '{"Authorization":"Basic secret:h-login"}' },
      },
    });
  });

  it.each([
    [{ url: 'https://h/mcp?api_key=abcdef' }, /parameter "api_key"/],
    [{ url: 'unix:///run/x.sock' }, /none of http or https/],
    [{ something: 'else' }, /not understood/],
  ])('%j cannot be docked, and Berth says why', async (raw, why) => {
    expect(await proposed(raw)).toMatchObject({ why: expect.stringMatching(why) });
  });
});

it.each([
  ['kubectl-mtv', [], 'kubectl-mtv'],
  ['My Server (prod)', [], 'my-server-prod'],
  ['kubectl-mtv', ['kubectl-mtv', 'kubectl-mtv-2'], 'kubectl-mtv-3'],
  ['all', [], 'all-2'],
  ['日本', [], 'server'],
  ['a'.repeat(60), [], 'a'.repeat(36)],
])('the entry %s, with %j docked, becomes %s', (name, taken, slug) => {
  expect(freeSlug(name, taken)).toBe(slug);
});
