import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../../contract/model/context.ts';
import type { Server } from '../../../contract/model/server.ts';
import { Sandbox } from '../../e2e/support/sandbox.ts';
import { kubeconfigText } from '../../fixtures/kubeconfig-text.ts';
import { dock, fixtureServer } from './support.ts';

const odd = ['my ctx/prod@home', 'größe 集群', 'arn:aws:eks:x:1:cluster/a', '-dash', '$(id)', "it's", 'constructor'];
const taken = ['active', 'none', '__proto__'];

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox({ kubeconfig: kubeconfigText(...odd, ...taken) });
  await sandbox.serve();
});

afterAll(() => sandbox.dispose());

const config = () => readFileSync(sandbox.path('berth', 'config.yaml'), 'utf8');

describe("a server's name", () => {
  it.each(['', 'A', 'a_b', '-x', '--x', 'a b', '../x', 'é', 'a'.repeat(41)])(
    '%j is refused with exit code 2',
    async (slug) => {
      const ran = await dock(sandbox, slug, 'good-stdio.mjs');
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toBe('berth: "slug" is not valid: use 1 to 40 of a-z, 0-9 and "-", not starting with "-".\n');
    },
  );

  it.each(['all', 'healthz', 'metrics', 'ui', 'auth'])('%j is reserved', async (slug) => {
    const ran = await dock(sandbox, slug, 'good-stdio.mjs');
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: 'berth: "slug" is not valid: this name is reserved.\n' });
  });

  it('that is in use is refused, and the server of that name stays as it is', async () => {
    expect(await dock(sandbox, 'mine', 'good-stdio.mjs')).toMatchObject({ code: 0 });
    const before = config();
    const ran = await dock(sandbox, 'mine', 'noisy-stdout.mjs');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('A server named "mine" is docked already.');
    expect(config()).toBe(before);
  });
});

describe("a context's name", () => {
  it.each(odd)('%j is taken as it is', async (name) => {
    const { code, stdout } = await sandbox.cli('use', '-o', 'json', '--', name);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ref: name, name, active: true });
  });

  it.each(taken)(
    '%j means the context only with its source, so that nothing is bound to what was not meant',
    async (name) => {
      const ref = `${name}@${sandbox.kubeconfig}`;
      expect(await sandbox.json<Context>('use', name)).toMatchObject({ ref, name });
      const slug = `on-${name.replaceAll('_', 'x')}`;
      const added = ['add', 'kubernetes-mcp-server', '--name', slug, '--context', ref];
      expect(await sandbox.json<Server>(...added)).toMatchObject({ boundTo: ref, context: ref });
      expect(await sandbox.json<Context>('context', 'set', ref, '--production')).toMatchObject({ production: true });
      const known = (await sandbox.json<Context[]>('contexts')).find((context) => context.name === name);
      expect(known).toMatchObject({ production: true, cap: 'read-only' });
    },
  );
});

describe('a namespace', () => {
  it.each(['a b', '../x', 'Shop', '-shop', 'x'.repeat(64)])('%j is refused with exit code 2', async (namespace) => {
    const ran = await dock(sandbox, 'spaced', 'good-stdio.mjs', `--namespace=${namespace}`);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('"namespace" is not valid: a namespace is 1 to 63 of a-z, 0-9 and "-"');
  });
});

describe('an option', () => {
  it.each([
    [['log-level=abc'], '"log-level" takes a number, not "abc".'],
    [['log-level=1.5'], 'The option "log-level" of "kubernetes-mcp-server" takes a whole number'],
    [['disable-destructive=maybe'], '"disable-destructive" takes true or false, not "maybe".'],
    [['nonsense=1'], 'The preset "kubernetes-mcp-server" has no option "nonsense".'],
    [['constructor=1'], 'The preset "kubernetes-mcp-server" has no option "constructor".'],
    [['=1'], '"=1" is not of the form NAME=VALUE.'],
  ])('%j is refused with exit code 2, and nothing is docked', async ([set = ''], message) => {
    const ran = await sandbox.cli(
      'add',
      'kubernetes-mcp-server',
      '--name',
      'wrong',
      '--context',
      'constructor',
      '--set',
      set,
    );
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(config()).not.toContain('wrong:');
  });

  it('that looks like a secret is refused, and is in no file', async () => {
    const env = JSON.stringify({ API_TOKEN: 'hunter2hunter2' });
    const args = ['--set', `command=${process.execPath}`, '--set', `env=${env}`];
    const ran = await sandbox.cli('add', 'command', '--name', 'wrong', '--context', 'none', ...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('berth secrets set');
    expect(ran.stderr + config()).not.toContain('hunter2');
  });
});

describe("a secret's name", () => {
  it('that no option could refer to is refused', async () => {
    const ran = await sandbox.cliWith({ input: 'value' }, 'secrets', 'set', 'a b');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toBe('berth: "name" is not valid: use 1 to 64 letters, digits, ".", "_" and "-".\n');
  });
});

describe('without a keychain', () => {
  it('secrets are kept for this run, said to be, and shown by name only; a server that needs one that is gone says which', async () => {
    const set = await sandbox.cliWith({ input: 'hunter2hunter2\n' }, 'secrets', 'set', 'api-token');
    expect(set).toMatchObject({ code: 0, stdout: '' });
    expect(set.stderr).toContain('Only until Berth ends, since there is no keychain');
    const options = [
      ...['--set', `command=${process.execPath}`, '--set', `args=${JSON.stringify([fixtureServer('good-stdio.mjs')])}`],
      ...['--set', `env=${JSON.stringify({ API_TOKEN: 'secret:api-token' })}`],
    ];
    const added = await sandbox.cli('add', 'command', '--name', 'keyed', '--context', 'none', ...options, '--start');
    expect(added.code).toBe(0);
    expect(await sandbox.json('secrets', 'list')).toEqual([{ name: 'api-token', usedBy: ['keyed'] }]);
    expect(config()).not.toContain('hunter2');
    expect((await sandbox.cli('secrets', 'rm', 'api-token')).code).toBe(0);
    expect((await sandbox.cli('secrets', 'rm', 'api-token')).code).toBe(4);
    const restarted = await sandbox.cli('restart', 'keyed');
    expect(restarted.code).toBe(4);
    expect(restarted.stdout).toContain('The secret "api-token" is not in the keychain.');
    expect(restarted.stdout).toContain('`berth secrets set api-token`');
  });
});
