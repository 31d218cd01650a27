import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context, KubeSource } from '../../../contract/model/context.ts';
import { Sandbox } from '../../e2e/support/sandbox.ts';
import { kubeconfigText } from '../../fixtures/kubeconfig-text.ts';

const invalidYaml = 'apiVersion: v1\nkind: Config\ncontexts:\n  - name: a\n    context: {cluster: c, user: "u\n';
const incomplete = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [
    {
      name: 'plugin',
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'no-such-login-plugin',
          installHint: 'Get it from the shop around the corner.',
          interactiveMode: 'Never',
        },
      },
    },
  ],
  contexts: [
    { name: 'without-cluster', context: { user: 'plugin' } },
    { name: 'unknown-cluster', context: { cluster: 'nowhere', user: 'plugin' } },
    { name: 'missing-plugin', context: { cluster: 'c', user: 'plugin' } },
  ],
});

let sandbox: Sandbox;
let files: Record<'missing' | 'folder' | 'invalid' | 'incomplete' | 'good', string>;

beforeAll(async () => {
  sandbox = new Sandbox();
  files = {
    missing: sandbox.path('missing'),
    folder: sandbox.path('folder'),
    invalid: sandbox.path('invalid'),
    incomplete: sandbox.path('incomplete'),
    good: sandbox.path('good'),
  };
  mkdirSync(files.folder);
  writeFileSync(files.invalid, invalidYaml);
  writeFileSync(files.incomplete, incomplete);
  writeFileSync(files.good, kubeconfigText('good'));
  Object.assign(sandbox.env, { KUBECONFIG: Object.values(files).join(':') });
  await sandbox.serve();
});

afterAll(() => sandbox.dispose());

describe('a kubeconfig that cannot be used', () => {
  const problemOf = async (file: string) =>
    (await sandbox.json<KubeSource[]>('context', 'sources')).find((source) => source.path === file);

  it('is named with why, and takes no context of the others away', async () => {
    const contexts = await sandbox.json<Context[]>('contexts');
    expect(contexts.map(({ ref }) => ref)).toEqual(['without-cluster', 'unknown-cluster', 'missing-plugin', 'good']);
    const { code, stdout } = await sandbox.cli('context', 'sources');
    expect(code).toBe(0);
    for (const file of [files.missing, files.folder, files.invalid]) expect(stdout).toContain(file);
  });

  it('because it is missing', async () => {
    expect(await problemOf(files.missing)).toMatchObject({
      contexts: 0,
      error: {
        code: 'not-found',
        message: `The kubeconfig ${files.missing} does not exist.`,
        hint: expect.any(String),
      },
    });
  });

  it('because it cannot be read', async () => {
    expect(await problemOf(files.folder)).toMatchObject({
      error: { code: 'invalid-config', message: expect.stringContaining('cannot be read: it is a folder') },
    });
  });

  it('because it is not YAML, with line and column, and it is left as it is', async () => {
    expect(await problemOf(files.invalid)).toMatchObject({
      error: {
        code: 'invalid-config',
        message: expect.stringMatching(/line 6, column 1/),
        hint: expect.stringContaining('config view'),
        details: { line: 6, column: 1 },
      },
    });
    expect(readFileSync(files.invalid, 'utf8')).toBe(invalidYaml);
  });

  it('works again as soon as it is corrected, without a restart', async () => {
    writeFileSync(files.missing, kubeconfigText('late'));
    await expect
      .poll(async () => (await sandbox.json<Context[]>('contexts')).map(({ ref }) => ref), { timeout: 20_000 })
      .toContain('late');
    expect(await problemOf(files.missing)).toMatchObject({ contexts: 1, error: null });
  });
});

describe('a server on a context that cannot be used', () => {
  const start = async (slug: string, context: string) =>
    sandbox.cli('add', 'kubernetes-mcp-server', '--name', slug, '--context', context, '--start');

  it('without a cluster fails at once and says what to add', async () => {
    const { code, stdout } = await start('one', 'without-cluster');
    expect(code).toBe(1);
    expect(stdout).toContain('Context "without-cluster" names no cluster.');
    expect(stdout).toContain(`Add \`cluster:\` to it in ${files.incomplete}`);
  });

  it('with a cluster that is not defined fails at once and names it', async () => {
    const { code, stdout } = await start('two', 'unknown-cluster');
    expect(code).toBe(1);
    expect(stdout).toContain('names the cluster "nowhere", which is not defined');
  });

  it('with a login plugin that is missing fails at once and shows how to get it', async () => {
    const { code, stdout } = await start('three', 'missing-plugin');
    expect(code).toBe(1);
    expect(stdout).toContain('logs in with "no-such-login-plugin", which was not found');
    expect(stdout).toContain('Get it from the shop around the corner.');
  });

  it('that does not exist is not docked at all', async () => {
    const { code, stdout, stderr } = await start('four', 'goot');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('There is no context "goot".\nDid you mean "good"?');
    expect((await sandbox.cli('servers', 'four')).code).toBe(4);
  });

  it('says so in the status, which is broken then', async () => {
    const { code, stdout } = await sandbox.cli('status');
    expect(code).toBe(1);
    expect(stdout).toContain('no-such-login-plugin');
  });
});
