import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { getStaticTOMLValue, parseTOML as parseTree } from 'toml-eslint-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { connectHttp } from '../../../../e2e/support/mcp-client.ts';
import { coreInSandbox, type SandboxedCore } from '../../../../fixtures/core-in-sandbox.ts';

const goodServer = fileURLToPath(new URL('../../../../fixtures/servers/good-stdio.mjs', import.meta.url));

describe('an endpoint as text to paste', () => {
  let core: SandboxedCore;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-snippet-'));
    core = await coreInSandbox();
    const options = { command: process.execPath, args: JSON.stringify([goodServer]) };
    await core.call('servers.add', { preset: 'command', slug: 'good', context: 'none', options, start: true });
  });
  afterAll(async () => {
    await core.dispose();
    await rm(folder, { recursive: true });
  });

  const snippet = (format: string, more: { via?: 'url' | 'bridge'; name?: string } = {}) =>
    core.call('endpoint.snippet', { slug: 'good', format, ...more });
  const names = async () => (await core.call('endpoint.tokens', undefined)).map(({ name }) => name);

  it('is an object of servers whose URL and header work, under a name that can be revoked', async () => {
    const { text, secret, via, file } = await snippet('json', { name: 'my-agent' });
    expect({ secret, via, file }).toEqual({ secret: true, via: 'url', file: null });
    const { url, headers } = JSON.parse(text).mcpServers['berth-good'];
    const client = await connectHttp(url, headers);
    expect(await client.tools()).toContain('echo');
    await client.close();
    expect(await names()).toEqual(['my-agent']);
    await core.call('endpoint.revoke', { name: 'my-agent' });
  });

  it('needs no token over the bridge, which is told who it is', async () => {
    const { text, secret } = await snippet('json', { via: 'bridge', name: 'my-agent' });
    expect(secret).toBe(false);
    const { command, args } = JSON.parse(text).mcpServers['berth-good'];
    expect(command).toBe(join(core.core.paths.state, 'bin', 'berth'));
    expect(args).toEqual(['connect', 'good', '--client', 'my-agent']);
    expect(await names()).toEqual([]);
  });

  it('is what a client’s own row says, with its keys, its fields and its file', async () => {
    const { text, file } = await snippet('vscode', { via: 'bridge' });
    expect(JSON.parse(text)).toMatchObject({ servers: { 'berth-good': { type: 'stdio' } } });
    expect(file).toMatch(/mcp\.json$/);
    expect(JSON.parse((await snippet('zed', { via: 'bridge' })).text)).toHaveProperty([
      'context_servers',
      'berth-good',
    ]);
    expect((await snippet('claude-desktop')).via).toBe('bridge');
  });

  it('is TOML for Codex and YAML for Goose and Continue', async () => {
    const command = join(core.core.paths.state, 'bin', 'berth');
    const args = ['connect', 'good', '--client', 'manual'];
    const toml = await snippet('toml');
    expect(toml).toEqual(await snippet('codex'));
    expect(parseTOML(toml.text)).toEqual({ mcp_servers: { 'berth-good': { command, args } } });
    const yaml = await snippet('yaml');
    expect(parse(yaml.text).extensions['berth-good']).toMatchObject({ type: 'stdio', cmd: command, args });
    const list = parse((await snippet('continue', { via: 'bridge' })).text).mcpServers;
    expect(list).toMatchObject([{ name: 'berth-good', command, args }]);
  });

  it('is a command line of Claude Code that holds the bridge and no token', async () => {
    const { text, secret, file } = await snippet('claude-cli', { name: 'claude-code' });
    expect({ secret, file }).toEqual({ secret: false, file: null });
    expect(text).toMatch(
      /^claude mcp add-json -s user berth-good '\{.*"connect","good","--client","claude-code".*\}'\n$/,
    );
    await expect(snippet('claude-cli', { via: 'url' })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('is a request for curl that answers, with the token on stdin and not in a command line', async () => {
    const { text, secret } = await snippet('curl');
    expect(secret).toBe(true);
    const [line = ''] = text.split("<<'HEADER'");
    expect(line).not.toMatch(/Bearer|berth_/);
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', text]);
    expect(stdout).toContain('"serverInfo"');
    await core.call('endpoint.revoke', { name: 'manual' });
  });

  it.each([
    ['yml', {}, 'not-found'],
    ['claude-desktop', { via: 'url' }, 'unsupported'],
    ['curl', { via: 'bridge' }, 'unsupported'],
    ['json', { name: 'a b' }, 'invalid-argument'],
  ] as const)('%s with %o is refused before a token is made', async (format, more, code) => {
    await expect(snippet(format, more)).rejects.toMatchObject({ code });
    expect(await names()).toEqual([]);
  });
});

function parseTOML(text: string): unknown {
  return getStaticTOMLValue(parseTree(text));
}
