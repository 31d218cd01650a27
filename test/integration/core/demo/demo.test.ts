import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Demo, startDemo } from '../../../../main/core/demo/start-demo.ts';
import {
  headingsOf,
  kubectlQuestions,
  kubernetesMcpServerQuestions,
  type McpQuestion,
  mcpServerKubernetesQuestions,
  type Subject,
} from '../../../fixtures/kube/questions.ts';

const assetsFolder = join(import.meta.dirname, '../../../../assets');
const require = createRequire(import.meta.url);
const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

let folder: string;
let demo: Demo;
let staging: { server: string; ca: Buffer; token: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-demo-'));
  demo = await startDemo({ folder: join(folder, 'run'), assetsFolder });
  staging = readAccess('demo-staging');
});
afterAll(async () => {
  await demo.dispose();
  expect(existsSync(demo.kubeconfigPath)).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});

function readAccess(name: string) {
  const config = parse(readFileSync(demo.kubeconfigPath, 'utf8'));
  const cluster = config.clusters.find((entry: { name: string }) => entry.name === name).cluster;
  const user = config.users.find((entry: { name: string }) => entry.name === `${name}-viewer`).user;
  return {
    server: cluster.server as string,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    token: user.token as string,
  };
}

interface Answer {
  status: number;
  type: string;
  warning: string;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, field by field
  json: any;
}

function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer; token?: string | null } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, token = staging.token } = options;
  return new Promise((done, failed) => {
    const request = httpsRequest(
      staging.server + path,
      {
        method,
        ca: staging.ca,
        agent: false,
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const json = text.startsWith('{') && !text.includes('\n{') ? JSON.parse(text) : null;
          const { 'content-type': type = '', warning = '' } = response.headers;
          done({ status: response.statusCode ?? 0, type, warning, text, json });
        });
        response.on('error', failed);
      },
    );
    request.on('error', failed);
    request.end(body);
  });
}

async function subjectOf(): Promise<Subject> {
  const { json } = await ask('/api/v1/namespaces/shop/pods?labelSelector=app%3Dstorefront');
  return {
    namespace: 'shop',
    pod: json.items[0].metadata.name,
    container: 'web',
    deployment: 'storefront',
    service: 'storefront',
    node: 'stage-worker-1',
  };
}

function runKubectl(
  args: readonly string[],
  context = 'demo-staging',
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const home = { HOME: folder, PATH: process.env['PATH'] ?? '' };
    execFile(
      'kubectl',
      ['--kubeconfig', demo.kubeconfigPath, '--context', context, ...args],
      { env: home, maxBuffer: 1 << 26 },
      (error, out, err) => {
        done({ code: error ? Number(error.code ?? 1) : 0, out, err });
      },
    );
  });
}

describe('access', () => {
  it('is a 0600 file with two contexts on loopback, with different tokens and authorities', () => {
    expect(demo.contexts).toEqual(['demo-staging', 'demo-production']);
    expect(statSync(demo.kubeconfigPath).mode & 0o777).toBe(0o600);
    const production = readAccess('demo-production');
    for (const access of [staging, production]) expect(new URL(access.server).hostname).toBe('127.0.0.1');
    expect(production.token).not.toBe(staging.token);
    expect(production.ca.equals(staging.ca)).toBe(false);
  });

  it('takes nobody without its token, and is not trusted without its authority', async () => {
    for (const token of [null, 'wrong', readAccess('demo-production').token]) {
      for (const path of ['/version', '/api/v1/pods', '/healthz']) {
        expect(await ask(path, { token })).toMatchObject({
          status: 401,
          json: { kind: 'Status', reason: 'Unauthorized', code: 401 },
        });
      }
    }
    const untrusting = new Promise((done) => {
      httpsRequest(`${staging.server}/version`, { agent: false }).on('error', done).end();
    });
    expect(await untrusting).toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) });
  });

  it.each([
    ['POST', '/api/v1/namespaces/shop/pods'],
    ['PUT', '/apis/apps/v1/namespaces/shop/deployments/storefront'],
    ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/storefront/scale'],
    ['DELETE', '/api/v1/namespaces/shop/pods/catalog-db-0'],
    ['DELETE', '/api/v1/namespaces/shop/pods'],
    ['POST', '/api/v1/namespaces/shop/pods/catalog-db-0/exec?command=sh'],
    ['GET', '/api/v1/namespaces/shop/pods/catalog-db-0/exec?command=sh'],
    ['GET', '/api/v1/namespaces/shop/pods/catalog-db-0/portforward'],
    ['POST', '/api/v1/nodes/stage-worker-1/proxy/run/x'],
    ['POST', '/api'],
    ['POST', '/version'],
  ])('refuses %s %s', async (method, path) => {
    const answer = await ask(path, {
      method,
      body: '{}',
      headers: { 'content-type': 'application/json', 'content-length': '2' },
    });
    expect(answer).toMatchObject({
      status: 403,
      json: { kind: 'Status', reason: 'Forbidden', message: expect.stringContaining('read-only demo cluster') },
    });
  });

  it('shows no secrets', async () => {
    for (const path of ['/api/v1/secrets', '/api/v1/namespaces/shop/secrets/x', '/api/v1/secrets?watch=true']) {
      expect((await ask(path)).status).toBe(403);
    }
  });
});

describe('answers', () => {
  it.each([
    ['/api/v1/things', 404, 'NotFound', 'the server could not find the requested resource'],
    ['/apis/apps/v9', 404, 'NotFound', 'the server could not find the requested resource'],
    ['/api/v1/namespaces/shop/things', 404, 'NotFound', 'the server could not find the requested resource'],
    ['/apis/apps/v1/namespaces/shop/deployments/x', 404, 'NotFound', 'deployments.apps "x" not found'],
    ['/api/v1/pods?labelSelector=a%20b', 400, 'BadRequest', 'unable to parse requirement: a b'],
    ['/api/v1/pods?fieldSelector=spec.x%3Dy', 400, 'BadRequest', 'field label not supported: spec.x'],
    ['/api/v1/pods?continue=abc', 400, 'BadRequest', 'continue key is not valid'],
    ['/api/v1/%E0%A4%A', 400, 'BadRequest', 'the path is not well encoded: %E0%A4%A'],
    [
      '/api/v1/namespaces/shop/pods/catalog-db-0/log?container=x',
      400,
      'BadRequest',
      'container x is not valid for pod catalog-db-0',
    ],
    [
      '/api/v1/namespaces/shop/pods/catalog-db-0/log?previous=true',
      400,
      'BadRequest',
      'previous terminated container "postgres" in pod "catalog-db-0" not found',
    ],
  ])('%s with a Status', async (path, code, reason, message) => {
    expect((await ask(path)).json).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message,
    });
  });

  it.each([
    '/nowhere',
    '/healthz/more',
    '/apis/none',
    '/apis/none/v1/things',
    '/apis/forklift.konveyor.io/v1beta1/things',
    '/apis/forklift.konveyor.io/v9',
    '/api/v1/nodes/stage-worker-1/proxy/nowhere',
  ])('%s with the text of a router that knows no such path', async (path) => {
    expect(await ask(path)).toMatchObject({
      status: 404,
      type: 'text/plain; charset=utf-8',
      text: '404 page not found\n',
    });
  });

  it('endpoints with a warning, found or not, and nothing else', async () => {
    const warning = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
    for (const path of ['endpoints', 'namespaces/shop/endpoints/catalog', 'namespaces/shop/endpoints/none'])
      expect((await ask(`/api/v1/${path}`)).warning).toBe(warning);
    for (const path of ['services', 'namespaces/shop/pods/catalog-db-0'])
      expect((await ask(`/api/v1/${path}`)).warning).toBe('');
  });

  it('in the form that Accept wants, or 406', async () => {
    const as = (accept: string) => ask('/api/v1/namespaces/shop/pods?limit=2', { headers: { accept } });
    expect((await as('application/json;as=Table;v=v1;g=meta.k8s.io,application/json')).json).toMatchObject({
      kind: 'Table',
      rows: [{ object: { kind: 'PartialObjectMetadata' } }, {}],
    });
    expect((await as('application/vnd.kubernetes.protobuf, application/json')).json.kind).toBe('PodList');
    expect(
      (await as('application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io')).json.items[0],
    ).not.toHaveProperty('spec');
    expect((await as('application/vnd.kubernetes.protobuf')).status).toBe(406);
  });

  it('in pages that together are the whole list', async () => {
    const all = (await ask('/api/v1/pods')).json;
    const names: string[] = [];
    let token = '';
    for (let pages = 0; pages < 50; pages++) {
      const { json } = await ask(`/api/v1/pods?limit=4&continue=${token}`);
      names.push(...json.items.map((pod: { metadata: { name: string } }) => pod.metadata.name));
      token = json.metadata.continue ?? '';
      expect(json.metadata.remainingItemCount ?? 0).toBe(all.items.length - names.length);
      if (token === '') break;
    }
    expect(names).toEqual(all.items.map((pod: { metadata: { name: string } }) => pod.metadata.name));
  });

  it('a watch with what is there, the end of that, and its own end', async () => {
    const { text, type } = await ask(
      '/api/v1/namespaces?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1',
    );
    expect(type).toBe('application/json');
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const added = events.filter((event) => event.type === 'ADDED');
    expect(added.map((event) => event.object.metadata.name)).toContain('shop-pr-1482');
    expect(added[0].object).toMatchObject({ kind: 'Namespace', apiVersion: 'v1' });
    expect(events.at(-1)).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    const later = await ask(
      `/api/v1/namespaces?watch=true&resourceVersion=${events.at(-1).object.metadata.resourceVersion}&timeoutSeconds=1`,
    );
    expect(later.text).toBe('');
  });

  it('logs by tail, time, size and container, and a followed log that ends', async () => {
    const log = (query: string, pod = 'warehouse-0', namespace = 'data') =>
      ask(`/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`);
    const whole = (await log('')).text.trim().split('\n');
    expect(whole.length).toBeGreaterThan(100);
    expect((await log('tailLines=2')).text).toBe(`${whole.slice(-2).join('\n')}\n`);
    expect((await log('tailLines=0')).text).toBe('');
    expect((await log('limitBytes=10')).text).toHaveLength(10);
    const recent = (await log('sinceSeconds=60')).text.trim().split('\n').length;
    expect(recent).toBeGreaterThan(1);
    expect(recent).toBeLessThan(15);
    expect((await log('previous=true')).text).toContain('signal 9');
    expect((await log('timestamps=true&tailLines=1')).text).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z /);
    expect((await log('follow=true&tailLines=1')).text).toBe(`${whole.at(-1)}\n`);
    const { json } = await ask('/api/v1/namespaces/openshift-mtv/pods');
    const two = json.items[0].metadata.name;
    expect((await log('', two, 'openshift-mtv')).json.message).toBe(
      `a container name must be specified for pod ${two}, choose one of: [main inventory]`,
    );
    expect((await log('container=inventory&tailLines=1', two, 'openshift-mtv')).text).toContain('vsphere-lab');
  });

  it('has objects that agree with each other', async () => {
    const items = async (path: string) => (await ask(path)).json.items;
    const pods = await items('/api/v1/pods');
    for (const set of await items('/apis/apps/v1/replicasets')) {
      const owned = pods.filter((pod: { metadata: { ownerReferences?: { uid: string }[] } }) =>
        pod.metadata.ownerReferences?.some((owner) => owner.uid === set.metadata.uid),
      );
      expect([set.metadata.name, owned.length]).toEqual([set.metadata.name, set.status.replicas]);
    }
    const nodes = (await items('/api/v1/nodes')).map((node: { metadata: { name: string } }) => node.metadata.name);
    const namespaces = (await items('/api/v1/namespaces')).map(
      (each: { metadata: { name: string } }) => each.metadata.name,
    );
    for (const pod of pods) {
      if (pod.spec.nodeName) expect(nodes).toContain(pod.spec.nodeName);
      expect(namespaces).toContain(pod.metadata.namespace);
    }
    const uids = pods.map((pod: { metadata: { uid: string } }) => pod.metadata.uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it('refuses bodies that are too large or not what they say', async () => {
    const review = (body: string | Buffer, type = 'application/json') =>
      ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
    expect((await review('{')).status).toBe(400);
    expect((await review('x', 'text/plain')).status).toBe(415);
    expect(
      (await review(Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, 0xff]), 'application/vnd.kubernetes.protobuf')).status,
    ).toBe(400);
    expect((await review(Buffer.alloc(300_000, ' '))).status).toBe(413);
    expect(
      (await review('{"spec":{"resourceAttributes":{"verb":"list","resource":"pods"}}}')).json.status.allowed,
    ).toBe(true);
  });
});

describe.runIf(kubectl)('kubectl (skipped without kubectl)', () => {
  it('understands every answer', async () => {
    const subject = await subjectOf();
    for (const { title, args, output } of kubectlQuestions(subject)) {
      const { code, out, err } = await runKubectl(args);
      expect([title, code, err.replace(/^(Warning|WARNING):.*\n/gm, '')]).toEqual([
        title,
        output === 'error' ? 1 : 0,
        output === 'error' ? expect.stringMatching(/\w/) : '',
      ]);
      if (output === 'json') expect(typeof JSON.parse(out), title).toBe('object');
      if (output === 'table') {
        expect(headingsOf(out).length, title).toBeGreaterThan(1);
        expect(out.trim().split('\n').length, title).toBeGreaterThan(1);
      }
      if (output === 'text') expect(out, title).toMatch(/\w/);
    }
  });

  it('shows two clusters that differ', async () => {
    const [one, other] = await Promise.all(
      demo.contexts.map((context) => runKubectl(['get', 'pods,nodes', '-A', '-o', 'name'], context)),
    );
    const names = new Set(one?.out.trim().split('\n'));
    expect(names.size).toBeGreaterThan(15);
    expect(other?.out.trim().split('\n').length).toBeGreaterThan(20);
    const shared = other?.out
      .trim()
      .split('\n')
      .filter((name) => names.has(name));
    expect(shared).toEqual(['pod/catalog-db-0']);
  });

  it('says what it may not do', async () => {
    expect(await runKubectl(['auth', 'can-i', 'get', 'secrets'])).toMatchObject({
      code: 1,
      out: 'no - this demo cluster shows no secrets\n',
    });
    expect(await runKubectl(['auth', 'can-i', 'delete', 'pods'])).toMatchObject({
      code: 1,
      out: 'no - this is a read-only demo cluster\n',
    });
    expect(await runKubectl(['auth', 'can-i', 'get', '/version'])).toMatchObject({ code: 0 });
    expect(await runKubectl(['auth', 'can-i', '*', '*'])).toMatchObject({ code: 1 });
    expect((await runKubectl(['scale', 'deployment', 'storefront', '--replicas', '9'])).err).toContain(
      'read-only demo cluster',
    );
  });
});

describe('MCP servers', () => {
  async function askAll(transport: StdioClientTransport, questions: readonly McpQuestion[]) {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    try {
      const offered = (await client.listTools()).tools.map((tool) => tool.name);
      const outcomes = [];
      for (const { tool, args } of questions) {
        const result = await client
          .callTool({ name: tool, arguments: args })
          .catch((error: Error) => ({ isError: true, content: [{ type: 'text', text: error.message }] }));
        outcomes.push({ tool, args, outcome: result.isError ? 'error' : 'ok' });
      }
      expect(outcomes).toEqual(questions.map(({ tool, args, outcome }) => ({ tool, args, outcome })));
      return offered;
    } finally {
      await client.close();
    }
  }

  it('kubernetes-mcp-server: every read tool works', async () => {
    const package_ = `kubernetes-mcp-server-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
    const command = join(
      dirname(require.resolve(`${package_}/package.json`)),
      'bin',
      package_ + (process.platform === 'win32' ? '.exe' : ''),
    );
    const questions = kubernetesMcpServerQuestions(await subjectOf());
    const transport = new StdioClientTransport({
      command,
      args: [
        '--kubeconfig',
        demo.kubeconfigPath,
        '--cluster-provider',
        'kubeconfig',
        '--disable-multi-cluster',
        '--read-only',
        '--log-file',
        'stderr',
        '--log-level',
        '0',
      ],
      env: { HOME: folder, PATH: '' },
      stderr: 'ignore',
    });
    const offered = await askAll(transport, questions);
    const asked = new Set(questions.map((question) => question.tool));
    expect(offered.filter((tool) => !asked.has(tool))).toEqual(['configuration_view']);
  });

  it.runIf(kubectl)('mcp-server-kubernetes: its read tools work (skipped without kubectl)', async () => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [join(dirname(require.resolve('mcp-server-kubernetes/package.json')), 'dist', 'index.js')],
      env: {
        HOME: folder,
        PATH: process.env['PATH'] ?? '',
        KUBECONFIG: demo.kubeconfigPath,
        ALLOW_ONLY_READONLY_TOOLS: 'true',
      },
      stderr: 'ignore',
    });
    const offered = await askAll(transport, mcpServerKubernetesQuestions(await subjectOf()));
    expect(offered).toHaveLength(8);
  });
});
