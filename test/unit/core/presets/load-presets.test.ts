import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPresets } from '../../../../main/core/presets/load-presets.ts';
import { bundledFolder, loadBundled } from './bundled.ts';

let user: string;

beforeEach(async () => {
  user = await mkdtemp(join(tmpdir(), 'berth-presets-'));
});

afterEach(() => rm(user, { recursive: true, force: true }));

const minimal = (id: string, title: string) => `id: ${id}
title: ${title}
description: x
homepage: null
needsContext: false
sharedChild: false
program: { names: [x], install: x }
transports: [{ transport: stdio }]
`;

test('every preset file of Berth is valid and named by its id', async () => {
  const { presets, problems } = await loadBundled();
  expect(problems).toEqual([]);
  expect([...presets.keys()]).toEqual([
    'kubernetes-mcp-server',
    'mcp-server-kubernetes',
    'kubectl-mtv',
    'mkp',
    'command',
    'url',
  ]);
  const files = (await readdir(bundledFolder)).filter((name) => name.endsWith('.yaml'));
  expect(files.map((name) => name.replace('.yaml', '')).sort()).toEqual([...presets.keys()].sort());
});

test('no failure pattern matches the help that programs print before they end', async () => {
  const help = [
    '      --kubeconfig string         Path to the kubeconfig file to use for authentication',
    '      --disable-multi-cluster     Disable multi cluster tools. Optional. If true, all tools will be run against the default cluster/context.',
    '      --port string               Start a streamable HTTP server on the specified port (e.g. 8080)',
  ];
  for (const preset of (await loadBundled()).presets.values()) {
    for (const { pattern } of preset.failures) {
      expect(help.filter((line) => new RegExp(pattern, 'i').test(line))).toEqual([]);
    }
  }
});

test("the user's file replaces Berth's preset of that id and can add one", async () => {
  await writeFile(join(user, 'mine.yaml'), minimal('mkp', 'My MKP'));
  await writeFile(join(user, 'new.yml'), minimal('zz-new', 'New'));
  const { presets, problems } = await loadPresets(bundledFolder, user);
  expect(problems).toEqual([]);
  expect(presets.get('mkp')?.title).toBe('My MKP');
  expect([...presets.keys()].at(-1)).toBe('zz-new');
});

const bad: [name: string, text: string, line: number, column: number, says: RegExp][] = [
  ['no YAML', 'id: [', 1, 6, /:1:6: /],
  ['an unknown key', `${minimal('x', 'x')}sharedchild: true\n`, 9, 1, /"sharedchild" is not known here/],
  [
    'an unknown placeholder',
    `${minimal('x', 'x')}launch: { args: ['{kubeconfg}'] }\n`,
    9,
    18,
    /placeholder \{kubeconfg\}/,
  ],
  [
    'a bad pattern',
    `${minimal('x', 'x')}failures: [{ pattern: '(', code: start-failed, message: a, hint: b, permanent: true }]\n`,
    9,
    23,
    /not a regular expression/,
  ],
  ['HTTP without a URL', minimal('x', 'x').replace('transport: stdio', 'transport: http'), 8, 14, /needs a url/],
];

test.each(bad)(
  '%s is refused with its place, and the other files are loaded',
  async (_name, text, line, column, says) => {
    await writeFile(join(user, 'a-bad.yaml'), text);
    await writeFile(join(user, 'b-good.yaml'), minimal('good', 'Good'));
    await mkdir(join(user, 'folder.yaml'));
    const { presets, problems } = await loadPresets(bundledFolder, user);
    expect(presets.has('good')).toBe(true);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: 'invalid-config',
      details: { file: join(user, 'a-bad.yaml'), line, column },
    });
    expect(problems[0]?.message).toMatch(says);
  },
);

test('two files with one id: the second is refused', async () => {
  await writeFile(join(user, 'a.yaml'), minimal('same', 'A'));
  await writeFile(join(user, 'b.yaml'), minimal('same', 'B'));
  const { presets, problems } = await loadPresets(bundledFolder, user);
  expect(presets.get('same')?.title).toBe('A');
  expect(problems[0]?.message).toContain('already in a.yaml');
});
