import { execFile, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeService, type KubeServiceOptions } from '../../../../main/core/kube/kube-service.ts';
import { defaultPathWatchTiming } from '../../../../main/core/path-watch.ts';

/** How late an edit may show. */
const LATEST_MS = 1_000;

const kubectlThere = spawnSync('kubectl', ['version', '--client']).status === 0;

let folder: string;
let kube: KubeService;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-kube-watch-'));
});
afterEach(() => {
  kube.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** With the timing that users have, but for the poll: what is seen here is seen by a watch. */
async function watching(options: Partial<KubeServiceOptions>): Promise<void> {
  kube = new KubeService({
    env: {},
    home: folder,
    platform: 'linux',
    addedPaths: () => [],
    loginEnv: async () => ({}),
    timing: { ...defaultPathWatchTiming, pollMs: 3_600_000 },
    ...options,
  });
  await kube.refresh();
}

function kubeconfig(...names: string[]): string {
  const list = (items: string[]) => items.map((item) => `- ${item}\n`).join('');
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://c.example
  name: c
contexts:
${list(names.map((name) => `context:\n    cluster: c\n  name: ${name}`))}`;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const names = () => kube.snapshot().contexts.map((context) => context.name);

/** Makes the edit and rejects when the condition does not hold within a second after it. */
async function seen(edit: () => unknown, condition: () => boolean): Promise<void> {
  expect(condition()).toBe(false);
  let stop = () => {};
  const shown = new Promise<void>((resolve) => {
    const subscription = kube.onDidChange(() => condition() && resolve());
    stop = () => subscription.dispose();
  });
  await edit();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not seen; there are ${names().join(', ') || 'none'}`)), LATEST_MS);
  });
  try {
    await Promise.race([shown, late]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

const shows =
  (...wanted: string[]) =>
  () =>
    JSON.stringify(names()) === JSON.stringify(wanted);

describe('an edit shows within a second', () => {
  it.each<[string, (path: string, text: string) => void]>([
    ['written in place', (path, text) => writeFileSync(path, text)],
    [
      'emptied and written bit by bit',
      (path, text) => {
        truncateSync(path);
        for (const line of text.split(/(?<=\n)/)) appendFileSync(path, line);
      },
    ],
    [
      'replaced by a rename',
      (path, text) => {
        writeFileSync(`${path}.tmp`, text);
        renameSync(`${path}.tmp`, path);
      },
    ],
    [
      'replaced by a rename from another folder',
      (path, text) => {
        renameSync(file('elsewhere/new', text), path);
      },
    ],
    [
      'removed and made again',
      (path, text) => {
        unlinkSync(path);
        writeFileSync(path, text);
      },
    ],
    [
      'replaced together with its folder',
      (path, text) => {
        rmSync(dirname(path), { recursive: true });
        mkdirSync(dirname(path));
        writeFileSync(path, text);
      },
    ],
    [
      'replaced by moving another folder there',
      (path, text) => {
        file('spare/config', text);
        renameSync(dirname(path), join(folder, `old-${Math.random()}`));
        renameSync(join(folder, 'spare'), dirname(path));
      },
    ],
  ])('%s, three times', async (_name, write) => {
    const path = file('.kube/config', kubeconfig('zero'));
    await watching({});
    for (const name of ['one', 'two', 'three']) {
      await seen(() => write(path, kubeconfig(name)), shows(name));
    }
  });

  it.skipIf(!kubectlThere)('by kubectl itself (skipped without kubectl)', async () => {
    const path = file('.kube/config', kubeconfig('one'));
    await watching({});
    const kubectl = (...args: string[]) => promisify(execFile)('kubectl', ['--kubeconfig', path, 'config', ...args]);
    await seen(() => kubectl('rename-context', 'one', 'two'), shows('two'));
    await seen(
      () => kubectl('set-context', 'three', '--cluster=c'),
      () => names().includes('three'),
    );
    await seen(
      () => kubectl('use-context', 'three'),
      () => kube.currentContext === 'three',
    );
  });

  it('of a file that is reached through a link: the link, the file, a folder on the way', async () => {
    file('v1/config', kubeconfig('one'));
    file('v2/config', kubeconfig('two'));
    symlinkSync('v1', join(folder, 'data'));
    symlinkSync(join('data', 'config'), join(folder, 'link'));
    await watching({ env: { KUBECONFIG: join(folder, 'link') } });
    const swap = (target: string, link: string) => {
      symlinkSync(target, join(folder, `${link}.new`));
      renameSync(join(folder, `${link}.new`), join(folder, link));
    };
    await seen(() => swap('v2', 'data'), shows('two'));
    await seen(() => file('v2/config', kubeconfig('three')), shows('three'));
    await seen(() => swap('v1', 'data'), shows('one'));
    file('v3', kubeconfig('four'));
    await seen(() => swap('v3', 'link'), shows('four'));
  });

  it.each([
    [
      'named in KUBECONFIG',
      (path: string): Partial<KubeServiceOptions> => ({ env: { KUBECONFIG: join(path, 'config') } }),
    ],
    ['in an added folder', (path: string): Partial<KubeServiceOptions> => ({ addedPaths: () => [path] })],
  ])('of a mounted secret %s, which kubelet swaps by its ..data link', async (_name, options) => {
    const mount = join(folder, 'mount');
    const write = (version: string, name: string) => {
      file(`mount/..${version}/config`, kubeconfig(name));
      symlinkSync(`..${version}`, join(mount, '..data_tmp'));
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    };
    mkdirSync(mount);
    write('2026_01', 'one');
    symlinkSync(join('..data', 'config'), join(mount, 'config'));
    await watching(options(mount));
    await seen(() => {
      write('2026_02', 'two');
      rmSync(join(mount, '..2026_01'), { recursive: true });
    }, shows('two'));
    await seen(() => {
      write('2026_03', 'three');
      rmSync(join(mount, '..2026_02'), { recursive: true });
    }, shows('three'));
  });

  it('of a file that comes later, with the folders that it lies in, goes, and comes again', async () => {
    const path = join(folder, 'not', 'there', 'yet', 'config');
    const first = file('first', kubeconfig('one'));
    await watching({ env: { KUBECONFIG: `${first}:${path}` } });
    for (const name of ['two', 'three']) {
      await seen(() => file('not/there/yet/config', kubeconfig(name)), shows('one', name));
      await seen(() => rmSync(join(folder, 'not'), { recursive: true }), shows('one'));
    }
    mkdirSync(dirname(path), { recursive: true });
    await seen(() => renameSync(file('made', kubeconfig('four')), path), shows('one', 'four'));
    await seen(() => unlinkSync(path), shows('one'));
  });

  it('of an added folder: a file that comes, changes, is renamed, goes; the folder itself', async () => {
    const added = join(folder, 'added');
    await watching({ addedPaths: () => [added] });
    expect(kube.snapshot().sources[0]?.error?.code).toBe('not-found');
    await seen(
      () => mkdirSync(added),
      () => kube.snapshot().sources[0]?.error === null,
    );
    await seen(() => file('added/one', kubeconfig('one')), shows('one'));
    await seen(() => file('added/one', kubeconfig('two')), shows('two'));
    await seen(() => file('added/other', kubeconfig('three')), shows('two', 'three'));
    await seen(() => renameSync(join(added, 'other'), join(added, 'a')), shows('three', 'two'));
    await seen(() => unlinkSync(join(added, 'a')), shows('two'));
    file('far/away', kubeconfig('four'));
    await seen(() => symlinkSync('../far/away', join(added, 'z')), shows('two', 'four'));
    await seen(() => file('far/away', kubeconfig('five')), shows('two', 'five'));
    await seen(() => rmSync(added, { recursive: true }), shows());
    await seen(() => file('added/again', kubeconfig('six')), shows('six'));
  });

  it('of a file that is written without end', async () => {
    const path = file('.kube/config', kubeconfig('one'));
    await watching({});
    let writing: NodeJS.Timeout | undefined;
    const endlessly = () => {
      const text = kubeconfig('two');
      writing = setInterval(() => writeFileSync(path, text), 20);
    };
    try {
      await seen(endlessly, shows('two'));
    } finally {
      clearInterval(writing);
    }
  });
});

describe('a file that becomes invalid', () => {
  const bad = 'clusters:\n  - name: [\n';
  const error = (index = 0) => kube.snapshot().sources[index]?.error ?? null;

  it('keeps its last good contexts, which stay usable, until it parses again', async () => {
    const first = file('first', kubeconfig('one'));
    const second = file('second', kubeconfig('two'));
    await watching({ env: { KUBECONFIG: `${first}:${second}` } });
    await seen(
      () => writeFileSync(first, bad),
      () => error() !== null,
    );
    expect(names()).toEqual(['one', 'two']);
    expect(error()).toMatchObject({
      code: 'invalid-config',
      message: expect.stringMatching(/line 3, column 1.*its contexts are those that it had before/),
      details: { line: 3 },
    });
    expect(error(1)).toBeNull();
    const written = await kube.writeSingleContext('one', join(folder, 'run'));
    expect(readFileSync(written.path, 'utf8')).toContain('https://c.example');
    // What the other file says now counts, and a still different mistake changes nothing.
    await seen(() => writeFileSync(second, kubeconfig('three')), shows('one', 'three'));
    await seen(
      () => writeFileSync(first, 'clusters: 5\n'),
      () => error()?.message.includes('not a list') === true,
    );
    expect(names()).toEqual(['one', 'three']);
    await seen(() => writeFileSync(first, kubeconfig('four')), shows('four', 'three'));
    expect(error()).toBeNull();
  });

  it('has none left once it was deleted, also when it comes back as bad as it was', async () => {
    const path = file('.kube/config', kubeconfig('one'));
    await watching({});
    await seen(
      () => writeFileSync(path, bad),
      () => error() !== null,
    );
    expect(names()).toEqual(['one']);
    await seen(() => unlinkSync(path), shows());
    await seen(
      () => writeFileSync(path, bad),
      () => error() !== null,
    );
    expect(names()).toEqual([]);
    expect(error()?.message).not.toContain('before');
  });

  it('has none when it was invalid from the start', async () => {
    const path = file('.kube/config', bad);
    await watching({});
    expect(kube.snapshot()).toMatchObject({ contexts: [], sources: [{ path, error: { code: 'invalid-config' } }] });
    await seen(() => writeFileSync(path, kubeconfig('one')), shows('one'));
    expect(error()).toBeNull();
  });

  it.each([
    ['half a file', kubeconfig('one').slice(0, 90)],
    ['no kubeconfig at all', 'hello\n'],
    ['another kind', 'apiVersion: v1\nkind: Secret\nmetadata: {}\n'],
    ['a syntax error', 'kind: Config\nusers: [\n'],
  ])('keeps them in an added folder too: %s', async (_name, text) => {
    const path = file('added/one', kubeconfig('one'));
    file('added/two', kubeconfig('two'));
    file('added/notes', 'hello\n');
    await watching({ addedPaths: () => [join(folder, 'added')] });
    expect(error()).toBeNull();
    await seen(
      () => writeFileSync(path, text),
      () => error() !== null,
    );
    expect(names()).toEqual(['one', 'two']);
    expect(error()?.message).toContain(path);
    await seen(() => unlinkSync(path), shows('two'));
    expect(error()).toBeNull();
    // What it said before it was deleted is not remembered.
    await seen(
      () => writeFileSync(path, 'kind: Config\nusers: [\n'),
      () => error() !== null,
    );
    expect(names()).toEqual(['two']);
  });
});
