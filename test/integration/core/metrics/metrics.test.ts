import perfHooks from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CallInput, CallName } from '../../../../contract/calls.ts';
import { calls } from '../../../../contract/calls.ts';
import { Metrics } from '../../../../main/core/metrics/metrics.ts';
import { coreInSandbox, type SandboxedCore } from '../../../fixtures/core-in-sandbox.ts';

const goodServer = fileURLToPath(new URL('../../../fixtures/servers/good-stdio.mjs', import.meta.url));
let sandbox: SandboxedCore;

beforeAll(async () => {
  sandbox = await coreInSandbox();
});

afterAll(() => sandbox?.dispose());

async function call<N extends CallName>(name: N, input: CallInput<N>) {
  const handler = sandbox.core.handlers[name] as (input: unknown, context: { signal: AbortSignal }) => unknown;
  return (await handler(calls[name].input.parse(input), { signal: new AbortController().signal })) as never;
}

test('calls, how they ended and how long they took are there for who has the token of the metrics, and nobody else', async () => {
  const options = { command: process.execPath, args: JSON.stringify([goodServer]) };
  await call('servers.add', { preset: 'command', slug: 'tools', context: 'none', options });
  await call('servers.start', { slugs: ['tools'] });
  await call('servers.call', { slug: 'tools', tool: 'echo', args: { text: 's3cr3t' } });
  await call('servers.call', { slug: 'tools', tool: 'fail', args: {} });
  await expect(call('servers.call', { slug: 'tools', tool: 'write_note', args: { text: 'x' } })).rejects.toThrow(
    /refused/,
  );

  const { url, headers } = (await call('endpoint.mint', { slug: 'metrics', name: 'prometheus' })) as {
    url: string;
    headers: Record<string, string>;
  };
  expect(new URL(url).pathname).toBe('/metrics');
  const answer = await fetch(url, { headers });
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  const text = await answer.text();
  expect(text).toContain('berth_calls_total{server="tools",client="cli",tool="echo",outcome="ok"} 1');
  expect(text).toContain('berth_calls_total{server="tools",client="cli",tool="fail",outcome="tool-error"} 1');
  expect(text).toContain('berth_calls_total{server="tools",client="cli",tool="write_note",outcome="refused"} 1');
  expect(text).toContain('berth_call_duration_seconds_count{server="tools",client="cli",tool="echo"} 1');
  expect(text).not.toContain('berth_call_duration_seconds_count{server="tools",client="cli",tool="write_note"}');
  expect(text).toContain('berth_server_state{server="tools",context="",state="ready"} 1');
  expect(text).not.toContain('s3cr3t');

  expect((await fetch(url)).status).toBe(401);
  const other = (await call('endpoint.mint', { slug: 'tools', name: 'editor' })) as { headers: Record<string, string> };
  expect((await fetch(url, { headers: other.headers })).status).toBe(401);
  expect((await fetch(url, { method: 'POST', headers })).status).toBe(405);
});

test('names that clients make up do not fill the memory', async () => {
  const metrics = new Metrics({ version: '1', servers: () => [] });
  for (let count = 0; count < 3_000; count += 1) {
    metrics.record({
      time: '',
      slug: 's',
      client: 'c',
      context: null,
      method: 'tools/call',
      tool: `tool-${count}`,
      outcome: 'refused',
      reason: null,
      ms: 1,
    });
  }
  const { text } = await metrics.read();
  expect(text).toContain('tool="(other)",outcome="refused"} 1000');
  expect(text.split('\n').filter((line) => line.startsWith('berth_calls_total{'))).toHaveLength(2_001);
});

test('a Berth at rest is not woken for its own metrics', async () => {
  const monitor = vi.spyOn(perfHooks, 'monitorEventLoopDelay');
  const { text } = await new Metrics({ version: '1', servers: () => [] }).read();
  // Each monitor is a timer: https://nodejs.org/api/perf_hooks.html#perf_hooksmonitoreventloopdelayoptions
  for (const [options] of monitor.mock.calls) expect(options?.resolution).toBeGreaterThan(60_000);
  monitor.mockRestore();
  expect(text).toContain('nodejs_eventloop_lag_seconds ');
  expect(text).not.toContain('nodejs_eventloop_lag_p99_seconds');
  expect(text).toContain('process_resident_memory_bytes ');
});
