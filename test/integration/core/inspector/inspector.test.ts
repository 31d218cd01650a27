import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from '../../../../contract/model/inspector.ts';
import { Inspector } from '../../../../main/core/inspector/inspector.ts';
import { GatewayBench, tokenOf } from '../../../fixtures/gateway/gateway-bench.ts';

describe('the inspector', () => {
  let bench: GatewayBench;
  let inspector: Inspector;
  let token: (slug: string, who: string) => string;

  beforeEach(async () => {
    bench = await GatewayBench.open();
    token = (_slug, who) => tokenOf(who);
    inspector = new Inspector({
      endpoint: (slug) => `${bench.url}/${slug}/mcp`,
      token: (slug, who) => token(slug, who),
      version: '0.0.0-test',
      callTimeoutMs: 1_000,
    });
  });

  afterEach(async () => {
    await inspector.dispose();
    await bench.dispose();
  });

  it('lists tools as they are, and calls them in the name of who asks', async () => {
    const tools = await inspector.tools('good', 'cli');
    expect(tools.find(({ name }) => name === 'add')).toMatchObject({ annotations: { idempotentHint: true } });
    const { result, ms } = await inspector.call('good', 'add', { a: 1, b: 2 }, { who: 'cli' });
    expect(result).toEqual({ content: [{ type: 'text', text: '3' }], structuredContent: { sum: 3 } });
    expect(ms).toBeGreaterThan(0);
    expect(await inspector.ping('good', 'cli')).toBeGreaterThan(0);
    expect(bench.seen.filter(({ clientInfo }) => clientInfo?.name === 'berth-cli')).toHaveLength(2);
    expect(bench.calls.at(-1)).toMatchObject({ client: 'cli', tool: 'add', outcome: 'ok' });
  });

  it('shows the frames of one call only, with progress, while others run', async () => {
    const frames: Frame[] = [];
    const steps: number[] = [];
    const [slow] = await Promise.all([
      inspector.call(
        'good',
        'slow',
        { steps: 2, stepMs: 20 },
        {
          who: 'inspector',
          onFrame: (frame) => frames.push(frame),
          onProgress: ({ progress }) => steps.push(progress),
        },
      ),
      inspector.call('good', 'echo', { text: 'other' }, { who: 'inspector', onFrame: () => {} }),
    ]);
    expect(slow.result).toMatchObject({ content: [{ text: 'done after 2 steps' }] });
    expect(steps).toEqual([1, 2]);
    expect(frames.map(({ direction, message }) => [direction, message['method'] ?? 'answer'])).toEqual([
      ['sent', 'tools/call'],
      ['received', 'notifications/progress'],
      ['received', 'notifications/progress'],
      ['received', 'answer'],
    ]);
    expect(frames.map(({ at }) => at)).toEqual(frames.map(({ at }) => at).sort((a, b) => a - b));
  });

  it('cancels at the server', async () => {
    const abort = new AbortController();
    const call = inspector.call(
      'good',
      'slow',
      { steps: 1000, stepMs: 10 },
      {
        who: 'inspector',
        signal: abort.signal,
        onProgress: () => abort.abort(),
      },
    );
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await bench.recorded(({ outcome }) => outcome === 'cancelled');
    const { result } = await inspector.call('good', 'whoami', {}, { who: 'inspector' });
    expect(result.structuredContent).toMatchObject({ cancelled: 1 });
  });

  it('gives up on silence, and not while there is progress', async () => {
    const silent = inspector.call('good', 'slow', { steps: 1, stepMs: 20_000 }, { who: 'inspector' });
    await expect(silent).rejects.toMatchObject({ code: 'timed-out' });
    const { result } = await inspector.call('good', 'slow', { steps: 6, stepMs: 300 }, { who: 'inspector' });
    expect(result).toMatchObject({ content: [{ text: 'done after 6 steps' }] });
  });

  it('says why in one of the codes', async () => {
    const by = { who: 'inspector' };
    bench.target().level = 'read-only';
    await expect(inspector.call('good', 'write_note', { text: 'x' }, by)).rejects.toMatchObject({ code: 'refused' });
    await expect(inspector.call('good', 'no_such', {}, by)).rejects.toMatchObject({ code: 'not-found' });
    await expect(inspector.tools('nowhere', 'cli')).rejects.toMatchObject({ code: 'not-found' });
    token = () => 'wrong';
    await expect(inspector.tools('good', 'somebody')).rejects.toMatchObject({ code: 'unauthorized' });
    await bench.gateway.dispose();
    await expect(inspector.tools('good', 'inspector')).rejects.toMatchObject({ code: 'not-running' });
  });

  it('opens a new session when the endpoint does not know the kept one', async () => {
    await inspector.tools('good', 'inspector');
    const target = bench.target();
    bench.targets.delete('good');
    await expect(inspector.tools('good', 'inspector')).rejects.toMatchObject({ code: 'not-found' });
    bench.targets.set('good', target);
    expect(await inspector.tools('good', 'inspector')).not.toHaveLength(0);
  });

  it('passes a result with isError on as a result', async () => {
    const { result } = await inspector.call('good', 'fail', {}, { who: 'inspector' });
    expect(result.isError).toBe(true);
  });
});
