// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of clients look like this
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readState } from '../../../../../main/core/clients/change-plan.ts';
import { scanFile } from '../../../../../main/core/clients/existing/scan-file.ts';
import { nothingOwned } from '../../../../../main/core/clients/ownership.ts';
import { type ClientRow, clientRowSchema } from '../../../../../main/core/clients/registry.ts';
import { loadBundled } from '../../presets/bundled.ts';

const presets = [...(await loadBundled()).presets.values()];

const row = (changes: Record<string, unknown> = {}): ClientRow =>
  clientRowSchema.parse({
    id: 'editor',
    title: 'Editor',
    format: 'json',
    key: ['mcpServers'],
    via: 'url',
    entries: { url: { url: '${url}' } },
    paths: { linux: ['~/.editor/mcp.json'] },
    detect: { linux: { apps: ['/opt/Editor'] } },
    reload: 'Restart it.',
    verifiedAt: null,
    ...changes,
  });

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-findings-'));
  for (const name of ['bin/npx', 'bin/kubectl', '.nvm/versions/node/v20.1.0/bin/npx']) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), '#!/bin/sh\n');
    await chmod(join(home, name), 0o755);
  }
});
afterAll(() => rm(home, { recursive: true }));

/** What is said of a file with this text. */
async function scan(
  text: string,
  {
    client = row(),
    mode = 0o600,
    platform = 'linux' as NodeJS.Platform,
    byteOrderMark = false,
    registry = [] as ClientRow[],
  } = {},
) {
  const snapshot = { path: '/f', bytes: Buffer.from(text), hash: 'h', text, byteOrderMark, mode, uid: 1, gid: 1 };
  const state = readState(client, snapshot, nothingOwned('/f'), () => new Date());
  return await scanFile(
    { row: client, file: '/f', state },
    {
      machine: { platform, home, env: { PATH: join(home, 'bin') } },
      presets,
      registry: [client, ...registry],
      endpoint: 'http://127.0.0.1:23784',
      bridge: '/state/bin',
    },
  );
}

/** The findings about one entry. */
async function findings(entry: unknown, options: Parameters<typeof scan>[1] = {}) {
  const { key } = options.client ?? row();
  const nested = key.reduceRight<unknown>((inner, step) => ({ [step]: inner }), { it: entry });
  const { entries } = await scan(JSON.stringify(nested, null, 2).replaceAll('HOME', home), options);
  return entries.flatMap((scanned) => scanned.findings);
}

const brief = (all: readonly { severity: string; id: string }[]) => all.map(({ severity, id }) => `${severity} ${id}`);
const goose = row({ builtIn: { field: 'type', values: ['builtin'] } });
const terminal = row({ detect: { linux: { commands: ['editor'] } } });

describe('what an entry starts', () => {
  it.each([
    ['a bare name in a graphical client', { command: 'npx' }, {}, ['warn bare-command']],
    ['a bare name in a client of the terminal', { command: 'npx' }, { client: terminal }, []],
    ['a full path', { command: 'HOME/bin/npx' }, {}, []],
    ['a name that no folder has', { command: 'uvx' }, {}, ['fail command-missing']],
    ['the same in the terminal', { command: 'uvx' }, { client: terminal }, ['fail command-missing']],
    ['a path with nothing there', { command: 'HOME/bin/none' }, {}, ['fail command-missing']],
    ['a folder of one version', { command: 'HOME/.nvm/versions/node/v20.1.0/bin/npx' }, {}, ['warn version-folder']],
    ['a version that is gone', { command: 'HOME/.nvm/versions/node/v18.0.0/bin/npx' }, {}, ['fail version-gone']],
    [
      'a script in a version that is gone',
      { command: 'HOME/bin/npx', args: ['HOME/.asdf/installs/nodejs/18/x.js'] },
      {},
      ['fail version-gone'],
    ],
    ['a "~"', { command: '~/bin/npx' }, {}, ['fail tilde']],
    ['a variable, which the client fills in', { command: '${userHome}/bin/npx' }, {}, []],
    ['npx on Windows', { command: 'npx' }, { platform: 'win32' as const }, ['fail windows-script']],
    ['npx.cmd on Windows', { command: 'npx.cmd' }, { platform: 'win32' as const }, ['fail windows-script']],
    ['no command and no URL', { image: 'x' }, {}, ['info not-understood']],
    ['a part of the client itself', { type: 'builtin' }, { client: goose }, []],
    ['a server beside such parts', { type: 'stdio' }, { client: goose }, ['info not-understood']],
  ])('%s', async (_what, entry, options, expected) => {
    expect(brief(await findings(entry, options))).toEqual(expected);
  });

  it('says what was seen, where, and what to do', async () => {
    expect(await findings({ command: 'npx' })).toEqual([
      {
        id: 'bare-command',
        severity: 'warn',
        evidence: `"it" starts npx by its name, and Editor, started from the desktop, may not have your shell's PATH.`,
        remedy: `Import it into Berth, which starts it with the environment of your login shell, or write the full path: ${home}/bin/npx`,
        line: 3,
      },
    ]);
  });
});

const x = { command: 'HOME/bin/npx' };
describe('secrets in plain text', () => {
  it.each([
    ['--token X', { ...x, args: ['--token', 'hunter2'] }, 'argument --token'],
    ['--token=X', { ...x, args: ['--token=hunter2'] }, 'argument --token'],
    ['a JWT anywhere', { ...x, args: ['eyJhbGciOi.x.y'] }, 'argument number 1'],
    ["OpenShift's token", { ...x, args: ['--bearer', 'sha256~abcdefghijk'] }, 'argument --bearer'],
    [
      'a header as an argument (mcp-remote)',
      { ...x, args: ['--header', 'Authorization: Bearer hunter2'] },
      'argument Authorization',
    ],
    [
      'a variable as an argument (docker)',
      { ...x, args: ['run', '-e', 'API_TOKEN=hunter2', 'i'] },
      'argument API_TOKEN',
    ],
    ['a whole line for a shell', { ...x, args: ['-c', 'kubectl mtv mcp-server --token hunter2'] }, 'argument --token'],
    ['a variable by its name', { ...x, env: { DB_PASSWORD: 'hunter2' } }, 'variable DB_PASSWORD'],
    ['a variable by its value', { ...x, env: { THING: 'ghp_0123456789abcdef' } }, 'variable THING'],
    ['a long random value called KEY', { ...x, env: { OPENAI_KEY: 'q8Zp2Lk9Xv7Tn4Rb6Wm1Yc3' } }, 'variable OPENAI_KEY'],
    ['a bearer header', { url: 'https://h/mcp', headers: { Authorization: 'Bearer hunter2' } }, 'header Authorization'],
    ['bearer_token', { url: 'https://h/mcp', bearer_token: 'hunter2' }, 'header Authorization'],
    ['a login in the URL', { url: 'https://me:hunter2@h/mcp' }, 'URL'],
    ['a parameter of the URL', { url: 'https://h/mcp?token=hunter2' }, 'URL parameter token'],
    ['a URL as an argument', { ...x, args: ['https://h/mcp?api_key=hunter2'] }, 'argument api_key'],
  ])('%s', async (_what, entry, where) => {
    const [found, ...others] = await findings(entry);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      id: 'plaintext-secret',
      severity: 'warn',
      evidence: expect.stringContaining(`: ${where}.`),
    });
    expect(JSON.stringify(found)).not.toMatch(/hunter2|eyJh|abcdefgh|ghp_|q8Zp/);
  });

  it.each([
    [
      'a variable that the client fills in',
      { ...x, env: { API_TOKEN: '${env:API_TOKEN}', OTHER_TOKEN: '${input:t}' } },
    ],
    ['something to be filled in', { ...x, env: { API_TOKEN: '<your token>' } }],
    ['a header of the same', { url: 'https://h/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } }],
    ['the path of a file', { ...x, args: ['--token-file', '/run/token'], env: { TOKEN_PATH: '/run/token' } }],
    [
      'an ordinary value',
      {
        ...x,
        args: ['--toolsets', 'core'],
        env: { KUBECONFIG: '/k', AZURE_CLIENT_ID: '6f9619ff-8b86-d011-b42d-00cf4fc964ff' },
      },
    ],
  ])('not %s', async (_what, entry) => {
    expect(await findings(entry)).toEqual([]);
  });

  it('are worse in a file that others may read', async () => {
    const [found] = await findings({ ...x, env: { API_TOKEN: 'hunter2' } }, { mode: 0o644 });
    expect(found).toMatchObject({
      severity: 'fail',
      evidence: expect.stringContaining('other users may read it (mode 0644)'),
    });
  });
});

describe('servers that listen on all interfaces', () => {
  const at = (command: string, ...args: string[]) => ({ command: `HOME/bin/${command}`, args });
  const open = ['fail open-to-network'];
  it.each([
    [at('mkp-server'), [...open, 'fail no-stdio']],
    [at('mkp-server', '--addr', ':8080'), [...open, 'fail no-stdio']],
    [at('mkp-server', '--addr=127.0.0.1:8080'), ['fail no-stdio']],
    [at('kubernetes-mcp-server', '--port', '8080'), open],
    [at('kubernetes-mcp-server', '--port', '8080', '--bind-address', '127.0.0.1'), []],
    [at('kubernetes-mcp-server', '--port', '8080', '--bind-address', '0.0.0.0'), open],
    [at('kubernetes-mcp-server'), []],
    [at('kubectl-mtv', 'mcp-server', '--http', '--host', '0.0.0.0'), open],
    [at('kubectl-mtv', 'mcp-server', '--http'), []],
    [at('other', '--host', '0.0.0.0'), open],
    [at('other', '--listen=0.0.0.0:8080'), open],
    [at('other', '--http-addr', ':8080'), open],
    [at('other', '--port', '8080'), []],
    [{ ...at('other'), env: { HOST: '0.0.0.0' } }, open],
  ])('%j', async (entry, expected) => {
    const found = (await findings(entry)).filter(({ id }) => id !== 'command-missing');
    expect(brief(found)).toEqual(expected);
  });

  it('a published port of a container, not an address inside of it', async () => {
    const docker = (...args: string[]) => findings({ command: 'docker', args: ['run', ...args] }, { client: terminal });
    const image = 'ghcr.io/stackloklabs/mkp/server';
    expect(brief(await docker('-p', '8080:8080', image))).toContain('fail open-to-network');
    expect(brief(await docker('-p', '127.0.0.1:8080:8080', image, '--addr', ':8080'))).not.toContain(
      'fail open-to-network',
    );
  });
});

it('a server that may write to production is told of, one that only reads or works elsewhere is not', async () => {
  const at = (args: string[], KUBECONFIG = '/secure/prod-cluster.yaml') => ({
    command: 'HOME/bin/kubectl',
    args: ['mtv', 'mcp-server', ...args],
    env: { KUBECONFIG },
  });
  expect(await findings(at([]))).toMatchObject([
    { id: 'writes-to-production', severity: 'info', remedy: 'Berth can dock it read-only: import it.' },
  ]);
  expect(await findings(at(['--read-only']))).toEqual([]);
  expect(await findings(at([], '/dev/kubeconfig/dev-cluster.yaml'))).toEqual([]);
});

describe("mistakes of a client's entries, as its row tells them", () => {
  const pitfall = (more: Record<string, unknown>) => ({
    id: 'mistake',
    severity: 'fail',
    says: 'is wrong.',
    remedy: 'Do.',
    ...more,
  });
  it.each([
    [
      'Claude Code: url without type',
      pitfall({ present: ['url'], absent: ['type'] }),
      { url: 'https://h/mcp' },
      { url: 'https://h/mcp', type: 'http' },
    ],
    [
      'Codex: headers',
      pitfall({ present: ['headers'] }),
      { url: 'https://h/mcp', headers: { a: 'b' } },
      { url: 'https://h/mcp', http_headers: { a: 'b' } },
    ],
    [
      'Windsurf: url',
      pitfall({ present: ['url'], absent: ['serverUrl'] }),
      { url: 'https://h/mcp' },
      { serverUrl: 'https://h/mcp' },
    ],
    [
      'a value',
      pitfall({ equals: { type: 'sse' } }),
      { url: 'https://h/mcp', type: 'sse' },
      { url: 'https://h/mcp', type: 'http' },
    ],
    [
      'one level down',
      pitfall({ present: ['requestOptions.headers'] }),
      { url: 'https://h/mcp', requestOptions: { headers: {} } },
      { url: 'https://h/mcp', requestOptions: {} },
    ],
  ])('%s', async (_what, rule, wrong, right) => {
    const client = row({ pitfalls: [rule] });
    expect(await findings(wrong, { client })).toMatchObject([
      { id: 'mistake', evidence: '"it" is wrong.', remedy: 'Do.' },
    ]);
    expect(await findings(right, { client })).toEqual([]);
  });

  it('is refused in a row when it says something that nobody reads', () => {
    expect(() => row({ pitfalls: [pitfall({ presents: ['url'] })] })).toThrow(/presents/);
  });
});

describe('the file as a whole', () => {
  const entry = '{"it": {"command": "/bin/sh"}}';
  it.each([
    ['servers instead of mcpServers', `{"servers": ${entry}}`, {}, 'fail wrong-key'],
    ['both', `{"mcpServers": {}, "servers": ${entry}}`, {}, 'fail wrong-key'],
    [
      'mcpServers instead of servers',
      `{"mcpServers": ${entry}}`,
      { client: row({ key: ['servers'] }) },
      'fail wrong-key',
    ],
    [
      'the key of another row',
      `{"ports": ${entry}}`,
      { registry: [row({ id: 'other', key: ['ports'] })] },
      'fail wrong-key',
    ],
    ['two levels', `{"mcp": {"servers": ${entry}}}`, {}, 'fail wrong-key'],
    [
      'a byte order mark',
      `{"mcpServers": {}}`,
      { byteOrderMark: true, client: row({ rejectsByteOrderMark: true }) },
      'fail byte-order-mark',
    ],
  ])('%s', async (_what, text, options, expected) => {
    expect(brief((await scan(text, options)).findings)).toEqual([expected]);
  });

  it.each([
    ['settings of that name', '{"mcp": {"allowed": ["a"]}, "servers": {"max": 3}}', {}],
    ['a byte order mark that the client takes', '{"mcpServers": {}}', { byteOrderMark: true }],
    ['a key of its own that is longer', `{"mcp": {"servers": ${entry}}}`, { client: row({ key: ['mcp', 'servers'] }) }],
    ['an empty file', '', {}],
  ])('not for %s', async (_what, text, options) => {
    expect((await scan(text, options)).findings).toEqual([]);
  });

  it('names the entries, both keys and the line', async () => {
    const [finding] = (await scan(`{\n  "servers": ${entry}\n}`)).findings;
    expect(finding).toEqual({
      id: 'wrong-key',
      severity: 'fail',
      evidence: 'it stands under "servers", which Editor does not read: it wants "mcpServers".',
      remedy: 'Move it to "mcpServers".',
      line: 2,
    });
  });
});

it('nothing is said of entries that lead to Berth', async () => {
  for (const entry of [
    { url: 'http://127.0.0.1:23784/a/mcp', headers: { Authorization: 'Bearer hunter2' } },
    { command: '/state/bin/berth-bridge', args: ['connect', 'a'] },
  ]) {
    const { entries } = await scan(JSON.stringify({ mcpServers: { entry } }));
    expect(entries).toMatchObject([{ leadsHere: true, findings: [] }]);
  }
});
