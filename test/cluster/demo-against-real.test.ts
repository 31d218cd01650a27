import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../e2e/support/child.ts';
import { type ConnectedClient, connectStdio } from '../e2e/support/mcp-client.ts';
import { Sandbox } from '../e2e/support/sandbox.ts';
import {
  kubectlQuestions,
  kubernetesMcpServerQuestions,
  type McpQuestion,
  mcpServerKubernetesQuestions,
  type Need,
} from '../fixtures/kube/questions.ts';
import { type DemoAndReal, type Side, startDemoAndReal } from './support/demo-and-real.ts';
import { unexplained, unusedDifferences } from './support/known-differences.ts';
import { requests } from './support/kube-questions.ts';
import { askKube, type KubeAnswer } from './support/kube-rest.ts';
import { hasKubectl } from './support/kubectl.ts';
import { plainText } from './support/plain-text.ts';
import { shapeOf } from './support/shape.ts';

/** The demo cluster and a real API server are given the same objects and asked the same questions. */
let both: DemoAndReal;
const sandbox = new Sandbox();
const kubectl = hasKubectl();

/** Names of pods follow from the data file, so they are the same at every start. */
const subject = {
  namespace: 'shop',
  pod: 'catalog-db-0',
  container: 'postgres',
  deployment: 'storefront',
  service: 'storefront',
  node: 'stage-worker-1',
};

beforeAll(async () => {
  both = await startDemoAndReal('demo-staging');
});

afterAll(async () => {
  await sandbox.dispose();
  await both?.stop();
});

test('a real API server accepts every object of the demo under strict validation', () => {
  expect(both.copied.refused).toEqual([]);
  expect(both.copied.hidden).toEqual(['secrets']);
  expect(both.copied.copied).toBeGreaterThan(80);
});

test('it accepts those of the other demo cluster too, and prints and orders them alike', async () => {
  const other = await startDemoAndReal('demo-production');
  try {
    expect(other.copied.refused).toEqual([]);
    await compareTables(other);
  } finally {
    await other.stop();
  }
});

test('every kind is printed with the same columns and cells, in the same order', async () => {
  await compareTables(both);
});

interface Table {
  columnDefinitions: { name: string; type: string; format: string; priority: number }[];
  rows: { cells: unknown[]; object: { metadata: { name: string; namespace?: string } } }[] | null;
}

const tableForm = 'application/json;as=Table;v=v1;g=meta.k8s.io';

async function compareTables({ demo, real }: DemoAndReal): Promise<void> {
  const paths = await listablePaths(demo);
  expect(paths.length).toBeGreaterThan(20);
  for (const path of paths) {
    const read = async ({ peer }: Side) => readTable(await askKube(peer, { path, accept: tableForm }));
    const [ofDemo, ofReal] = [await read(demo), await read(real)];
    // A real cluster has more of some kinds from its start.
    const names = new Set(ofDemo.names);
    expect.soft({ path, ...ofDemo, rows: unexplained(ofDemo.rows, ofReal.rows) }).toEqual({
      path,
      columns: ofReal.columns,
      rows: [],
      names: ofReal.names.filter((name) => names.has(name)),
    });
  }
}

function readTable({ body }: KubeAnswer): { columns: unknown[]; rows: string[]; names: string[] } {
  const { columnDefinitions, rows } = body as Table;
  const keyOf = ({ object: { metadata } }: { object: { metadata: { name: string; namespace?: string } } }) =>
    [metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
  return {
    columns: columnDefinitions.map(({ name, type, format, priority }) => ({ name, type, format, priority })),
    rows: plainText(
      (rows ?? [])
        .map((row) =>
          [row.object.metadata.namespace ?? '', ...row.cells].map((cell) => JSON.stringify(cell)).join('  '),
        )
        .join('\n'),
    ),
    names: (rows ?? []).map(keyOf),
  };
}

/** Lists of every kind that the demo has, except metrics, which the real cluster lacks, and secrets, which the demo refuses. */
async function listablePaths({ peer }: Side): Promise<string[]> {
  const { groups } = (await askKube(peer, { path: '/apis' })).body as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  const roots = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(
    roots
      .filter((root) => !root.includes('metrics'))
      .map(async (root) => {
        const { resources } = (await askKube(peer, { path: root })).body as {
          resources: { name: string; verbs: string[] }[];
        };
        return resources
          .filter(({ name, verbs }) => verbs.includes('list') && name !== 'secrets')
          .map(({ name }) => `${root}/${name}`);
      }),
  );
  return lists.flat();
}

/** What the demo answers must be something that a real cluster answers too, in the same form. It may say less. */
function expectDemoWithinReal(demo: readonly string[], real: readonly string[]): void {
  expect(unexplained(demo, real)).toEqual([]);
}

function expectSame(demo: readonly string[], real: readonly string[]): void {
  expect({ onlyDemo: unexplained(demo, real), onlyReal: unexplained(real, demo) }).toEqual({
    onlyDemo: [],
    onlyReal: [],
  });
}

describe('the API', () => {
  test.each(requests)('$path $form', async (question) => {
    const demo = await askKube(both.demo.peer, question);
    const real = await askKube(both.real.peer, question);
    expect(demo.code).toBe(real.code);
    expectDemoWithinReal(shapeOf(demo.body), shapeOf(real.body));
    expectSame(columnsOf(demo), columnsOf(real));
    if (real.code >= 400) expectSame(reasonOf(demo), reasonOf(real));
  });
});

/** Headings and which of them `-o wide` alone shows; the rest of a column's definition is documentation. */
function columnsOf({ body }: KubeAnswer): string[] {
  const { columnDefinitions = [] } = body as { columnDefinitions?: { name: string; priority: number }[] };
  return columnDefinitions.map(({ name, priority }) => `column ${name} ${priority}`);
}

function reasonOf({ body }: KubeAnswer): string[] {
  return [`reason ${typeof body === 'string' ? body.trim() : (body as { reason?: string }).reason}`];
}

/** Questions whose answer comes from a kubelet or from metrics are not asked: nothing runs on the real one. */
const answerable = ({ needs }: { needs: Need }) => needs === 'nothing' || needs === 'forklift';

describe('kubectl', () => {
  test.for(kubectlQuestions(subject).filter(answerable))('$title', async ({ args, output }, { skip }) => {
    skip(!kubectl, 'kubectl is not on this machine');
    const ask = async ({ kubeconfig }: Side) => {
      return run('kubectl', ['--kubeconfig', kubeconfig, ...args], { env: sandbox.env, cwd: sandbox.home });
    };
    const [demo, real] = await Promise.all([ask(both.demo), ask(both.real)]);
    expect(demo.code).toBe(real.code);
    if (output === 'json') expectDemoWithinReal(shapeOf(JSON.parse(demo.stdout)), shapeOf(JSON.parse(real.stdout)));
    else expectDemoWithinReal(plainText(demo.stdout), plainText(real.stdout));
    if (output !== 'error') expectSame(plainText(demo.stderr), plainText(real.stderr));
    else expect(demo.stderr.split(':')[0]).toBe(real.stderr.split(':')[0]);
  });
});

/** The servers' own programs, never a wrapper. */
const programs = {
  'kubernetes-mcp-server': ({ kubeconfig }: Side) => ({
    command: platformBinary(),
    args: ['--kubeconfig', kubeconfig, '--cluster-provider', 'kubeconfig', '--read-only', '--log-file', 'stderr'],
  }),
  'mcp-server-kubernetes': ({ kubeconfig }: Side) => ({
    command: process.execPath,
    args: [fileURLToPath(new URL('../../node_modules/mcp-server-kubernetes/dist/index.js', import.meta.url))],
    env: { KUBECONFIG: kubeconfig, ALLOW_ONLY_READONLY_TOOLS: 'true' },
  }),
};

function platformBinary(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `kubernetes-mcp-server-${platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  return join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

const servers: [name: keyof typeof programs, questions: McpQuestion[]][] = [
  ['kubernetes-mcp-server', kubernetesMcpServerQuestions(subject).filter(answerable)],
  ['mcp-server-kubernetes', mcpServerKubernetesQuestions(subject).filter(answerable)],
];

describe.each(servers)('%s', (name, questions) => {
  let demo: ConnectedClient;
  let real: ConnectedClient;

  beforeAll(async () => {
    demo = await connectStdio(sandbox, programs[name](both.demo));
    real = await connectStdio(sandbox, programs[name](both.real));
  });

  afterAll(async () => {
    await demo?.close();
    await real?.close();
  });

  test('offers the same tools on both', async () => {
    expect(await demo.tools()).toEqual(await real.tools());
  });

  test.for(questions)('$tool $args', async ({ tool, args }, { skip }) => {
    skip(!kubectl && name === 'mcp-server-kubernetes', 'it needs kubectl, which is not on this machine');
    const [ofDemo, ofReal] = [await demo.call(tool, args), await real.call(tool, args)];
    expect(ofDemo.isError).toBe(ofReal.isError);
    expectDemoWithinReal(plainText(ofDemo.text), plainText(ofReal.text));
  });
});

test('every known difference still shows', ({ skip }) => {
  skip(!kubectl, 'some show with kubectl only, which is not on this machine');
  expect(unusedDifferences()).toEqual([]);
});
