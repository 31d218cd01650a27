import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CallInput, type CallName, type CallOutput, calls } from '../../../../contract/calls.ts';
import type { Server } from '../../../../contract/model/server.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';
import { kubeconfigText } from '../../../fixtures/kubeconfig-text.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/servers/${name}`, import.meta.url));

let sandbox: SandboxedCore;
let kubeconfig: string;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-switch-'));
  kubeconfig = join(home, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigText('a', 'b'));
  sandbox = await coreInSandbox({ home, env: { KUBECONFIG: kubeconfig } });
});

afterEach(async () => {
  await sandbox.dispose();
  await rm(sandbox.home, { recursive: true });
});

async function call<N extends CallName>(
  name: N,
  input: CallInput<N>,
  signal = new AbortController().signal,
): Promise<CallOutput<N>> {
  const handler = sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
  return calls[name].output.parse(await handler(calls[name].input.parse(input), { signal })) as CallOutput<N>;
}

const status = () => sandbox.core.status.current();
const server = (slug: string): Server | undefined => status().servers.find((one) => one.slug === slug);

/** Resolves when the status says so. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const subscription = sandbox.core.status.onDidChange(look);
    function look() {
      if (!condition()) return;
      subscription.dispose();
      resolve();
    }
    look();
  });
}

async function dock(slug: string, script: string, argument: string): Promise<void> {
  const args = JSON.stringify([fixture(script), argument]);
  const options = { command: process.execPath, args };
  await call('servers.add', { preset: 'command', slug, context: 'active', options });
}

const gate = (slug: string) => join(sandbox.home, `${slug}-gate`);
const open = (slug: string) => writeFile(gate(slug), '');
const close = (slug: string) => rm(gate(slug));

/** Docks a server that is ready on `a`; its next process says nothing before `open`. */
async function startGated(slug: string): Promise<Server | undefined> {
  await dock(slug, 'waits-for-file.mjs', gate(slug));
  await open(slug);
  const [started] = await call('servers.start', { slugs: [slug] });
  expect(started).toMatchObject({ state: expect.stringMatching(/ready|degraded/), context: 'a' });
  await close(slug);
  return started;
}

async function whoami(slug: string): Promise<{ pid: number; currentContext: string }> {
  const { structuredContent } = await call('servers.call', { slug, tool: 'whoami' });
  return structuredContent as { pid: number; currentContext: string };
}

/** Ids of the processes that were started for this server, oldest first. */
async function processesOf(slug: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids
    .flatMap((pid, index) => (commands[index]?.includes(gate(slug)) ? [Number(pid)] : []))
    .sort((x, y) => x - y);
}

/** Nothing has changed: the same process, on `a`, and no other. */
async function expectUntouched(slug: string, before: Server | undefined): Promise<void> {
  expect(status()).toMatchObject({ activeContext: 'a', switchingTo: null });
  expect(server(slug)).toMatchObject({ pid: before?.pid, context: 'a', restarts: 0 });
  expect(await whoami(slug)).toMatchObject({ pid: before?.pid, currentContext: 'a' });
  expect(await processesOf(slug)).toEqual([before?.pid]);
}

/** The kubeconfig names another file's content from now on, as a rotation leaves it. */
async function rotateTo(...contexts: string[]): Promise<void> {
  await writeFile(kubeconfig, kubeconfigText(...contexts));
  await until(() => status().contexts.every(({ name }) => contexts.includes(name)));
}

it('is taken back by whoever asked for it, as long as nothing has been swapped', async () => {
  const before = await startGated('one');
  const asked = new AbortController();
  const switching = call('contexts.use', { context: 'b' }, asked.signal);
  await expect.poll(() => processesOf('one')).toHaveLength(2);
  asked.abort();
  await expect(switching).rejects.toMatchObject({
    code: 'cancelled',
    message: 'The switch to b was taken back.',
    hint: 'Everything stays on a.',
  });
  await expectUntouched('one', before);
});

it('does not begin when it was taken back while another one was under way', async () => {
  await startGated('one');
  const first = call('contexts.use', { context: 'b' });
  const asked = new AbortController();
  const second = call('contexts.use', { context: 'a' }, asked.signal);
  asked.abort();
  await open('one');
  await first;
  await expect(second).rejects.toMatchObject({ code: 'cancelled', hint: 'Everything stays on b.' });
  expect(await whoami('one')).toMatchObject({ currentContext: 'b' });
});

it('stays where it is when the context that it goes to disappears meanwhile', async () => {
  const before = await startGated('one');
  const switching = call('contexts.use', { context: 'b' });
  const refused = expect(switching).rejects.toMatchObject({ message: expect.stringContaining('"b"') });
  await expect.poll(() => processesOf('one')).toHaveLength(2);
  await rotateTo('a');
  await open('one');
  await refused;
  await expectUntouched('one', before);
});

it('takes nobody along when a server that was ready there ends while another is still on its way', async () => {
  const before = [await startGated('quick'), await startGated('slow')];
  const switching = call('contexts.use', { context: 'b' });
  const refused = expect(switching).rejects.toMatchObject({
    message: expect.stringMatching(/Nothing was switched to b, because not every server came up there. quick: /),
    details: { failed: ['quick'] },
  });
  await open('quick');
  await expect.poll(async () => (await logOf('quick')).filter((text) => text.startsWith('Ready: ')).length).toBe(2);
  const [, prepared] = await processesOf('quick');
  process.kill(prepared ?? 0, 'SIGKILL');
  await expect.poll(() => processesOf('quick')).toHaveLength(1);
  await open('slow');
  await refused;
  await expectUntouched('quick', before[0]);
  await expectUntouched('slow', before[1]);
});

it('ends no call of a server that became ready on the old context meanwhile', async () => {
  await startGated('quick');
  await dock('late', 'waits-for-file.mjs', gate('late'));
  const starting = call('servers.start', { slugs: ['late'] });
  await until(() => server('late')?.pid !== null);
  const switching = call('contexts.use', { context: 'b' });
  await until(() => status().switchingTo === 'b');
  await open('late');
  await starting;
  const working = call('servers.call', { slug: 'late', tool: 'slow', args: { steps: 20, stepMs: 50 } });
  await open('quick');
  await switching;
  expect(await whoami('late')).toMatchObject({ currentContext: 'b' });
  expect(await working).toMatchObject({ content: [{ text: 'done after 20 steps' }] });
});

it('says which server does not come up and why; with force, that one alone fails and nobody stays', async () => {
  const gated = await startGated('one');
  await dock('picky', 'only-on-context.mjs', 'a');
  await call('servers.start', { slugs: ['picky'] });
  await open('one');
  await expect(call('contexts.use', { context: 'b' })).rejects.toMatchObject({
    code: 'start-failed',
    message: expect.stringContaining('picky: The server ended with exit code 1: this server has no business on b'),
    details: { failed: ['picky'] },
  });
  await expectUntouched('one', gated);
  expect(await whoami('picky')).toMatchObject({ currentContext: 'a' });

  await call('contexts.use', { context: 'b', force: true });
  expect(await whoami('one')).toMatchObject({ currentContext: 'b' });
  expect(server('picky')).toMatchObject({ state: expect.stringMatching(/starting|restarting|failed/), context: 'b' });
  await call('servers.stop', { slugs: ['picky'] });
});

async function logOf(slug: string): Promise<string[]> {
  return (await call('logs.query', { slug })).map(({ text }) => text);
}
