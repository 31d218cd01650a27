import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeService } from '../../../../main/core/kube/kube-service.ts';
import { ContextRegistry } from '../../../../main/core/servers/context-registry.ts';
import { SettingsStore } from '../../../../main/core/settings/settings-store.ts';

let folder: string;
let kube: KubeService;
let settings: SettingsStore;
let contexts: ContextRegistry;

async function open(kubeconfig: object) {
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
  kube = new KubeService({
    env: { KUBECONFIG: join(folder, 'kubeconfig') },
    home: folder,
    platform: process.platform,
    addedPaths: () => [],
    loginEnv: async () => ({}),
  });
  await kube.refresh();
  settings = await SettingsStore.open({ file: join(folder, 'config.yaml') });
  contexts = new ContextRegistry(kube, settings);
}

function kubeconfig(names: string[], current?: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    ...(current ? { 'current-context': current } : {}),
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { token: 'a-token' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-contexts-'));
});
afterEach(async () => {
  kube.dispose();
  await settings.dispose();
  await rm(folder, { recursive: true });
});

describe('the active context', () => {
  it("is kubectl's current one until one is chosen, and then stays chosen", async () => {
    await open(kubeconfig(['a', 'b'], 'b'));
    expect(contexts.active()).toBe('b');
    await contexts.activate('a');
    expect(contexts.active()).toBe('a');
    expect(contexts.list().map(({ ref, active, current }) => ({ ref, active, current }))).toEqual([
      { ref: 'a', active: true, current: false },
      { ref: 'b', active: false, current: true },
    ]);
  });

  it("follows kubectl's current one only until somebody relies on it", async () => {
    await open(kubeconfig(['a', 'b'], 'a'));
    const switchKubectl = async (name: string) => {
      await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig(['a', 'b'], name)));
      await kube.refresh();
    };
    await switchKubectl('b');
    expect(contexts.active()).toBe('b');
    expect(contexts.requireActive()).toBe('b');
    await switchKubectl('a');
    expect(contexts.active()).toBe('b');
  });

  it('is the only one there is when kubectl has none', async () => {
    await open(kubeconfig(['only']));
    expect(contexts.active()).toBe('only');
  });

  it('is the first demo cluster when there is nothing else', async () => {
    await open(kubeconfig(['demo-a', 'demo-b']));
    expect(contexts.active()).toBeNull();
    await rename(join(folder, 'kubeconfig'), join(folder, 'demo'));
    await kube.setDemo(join(folder, 'demo'));
    expect(contexts.active()).toBe('demo-a');
  });

  it('is none when nobody chose among several, and says what to do', async () => {
    await open(kubeconfig(['a', 'b']));
    expect(contexts.active()).toBeNull();
    expect(() => contexts.requireActive()).toThrowError(
      expect.objectContaining({ code: 'not-found', hint: expect.stringContaining('berth use') }),
    );
  });

  it('stays chosen, with a clear error, when it disappears', async () => {
    await open(kubeconfig(['a', 'b'], 'b'));
    await contexts.activate('a');
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig(['b'], 'b')));
    await kube.refresh();
    expect(contexts.active()).toBe('a');
    expect(() => contexts.requireActive()).toThrowError(
      expect.objectContaining({ code: 'context-gone', message: expect.stringContaining('"a"') }),
    );
  });
});

describe('production and caps (D15)', () => {
  it('are proposed from the name, and can be overruled and given back', async () => {
    await open(kubeconfig(['prod-eu', 'staging']));
    expect(contexts.get('prod-eu')).toMatchObject({ production: true, productionGuessed: true, cap: 'read-only' });
    expect(contexts.get('staging')).toMatchObject({ production: false, cap: 'full' });

    expect(await contexts.set('prod-eu', { production: false })).toMatchObject({
      production: false,
      productionGuessed: false,
      cap: 'full',
    });
    expect(await contexts.set('staging', { production: true, label: 'Stage', cap: 'ask' })).toMatchObject({
      production: true,
      label: 'Stage',
      cap: 'ask',
    });
    expect(await contexts.set('prod-eu', { production: null })).toMatchObject({
      productionGuessed: true,
      cap: 'read-only',
    });
    expect(contexts.cap(null)).toEqual({ level: 'full', production: false });
  });

  it('survive a restart of Berth', async () => {
    await open(kubeconfig(['staging']));
    await contexts.set('staging', { production: true });
    const again = await SettingsStore.open({ file: join(folder, 'config.yaml') });
    expect(new ContextRegistry(kube, again).get('staging')).toMatchObject({ production: true });
    await again.dispose();
  });
});

it('remembers what was seen of a cluster, and announces only differences', async () => {
  await open(kubeconfig(['a']));
  let announced = 0;
  contexts.onDidChange(() => announced++);
  expect(contexts.get('a').reachable).toBeNull();
  contexts.setReachability('a', { reachable: false, error: { code: 'unreachable', message: 'refused' } });
  contexts.setReachability('a', { reachable: false, error: { code: 'unreachable', message: 'refused' } });
  expect(contexts.get('a')).toMatchObject({ reachable: false, error: { message: 'refused' } });
  contexts.setReachability('a', { reachable: true, error: null });
  expect(contexts.get('a')).toMatchObject({ reachable: true, error: null });
  expect(announced).toBe(2);
});

describe('what was set for a context', () => {
  it('holds on when a namesake comes and when it goes', async () => {
    await open(kubeconfig(['payments'], 'payments'));
    await contexts.set('payments', { production: true, label: 'money' });
    const second = join(folder, 'second');
    await writeFile(second, JSON.stringify(kubeconfig(['payments'])));
    await kube.setDemo(second);
    const refs = contexts.list().map(({ ref }) => ref);
    expect(refs).toHaveLength(2);
    expect(refs).not.toContain('payments');
    for (const ref of refs) expect(contexts.cap(ref)).toEqual({ level: 'read-only', production: true });

    const own = refs[0] ?? '';
    await contexts.set(own, { cap: 'ask' });
    expect(contexts.get(own)).toMatchObject({ production: true, label: 'money', cap: 'ask' });
    await kube.setDemo(null);
    expect(contexts.list()).toMatchObject([{ ref: 'payments', production: true, label: 'money', cap: 'ask' }]);
    // A server that was started under the longer name is still on it.
    expect(contexts.cap(own)).toEqual({ level: 'ask', production: true });
  });
});
