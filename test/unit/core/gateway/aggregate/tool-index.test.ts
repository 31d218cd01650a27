import { describe, expect, it } from 'vitest';
import { foundResult, wantedOf } from '../../../../../main/core/gateway/aggregate/search-tools.ts';
import { listedTool, type SharedTool } from '../../../../../main/core/gateway/aggregate/shared-tools.ts';
import { ToolIndex } from '../../../../../main/core/gateway/aggregate/tool-index.ts';
import { termOf, wordsOf } from '../../../../../main/core/gateway/aggregate/words.ts';

const tool = (name: string, description: string, slug = 'dev', more: object = {}): SharedTool => ({
  slug,
  context: `kind-${slug}`,
  name: `${slug}__${name}`,
  tool: { name, description, inputSchema: { type: 'object' }, ...more },
});

const tools = [
  tool('pods_list', 'List all the pods of a namespace'),
  tool('pods_log', 'Get the logs of a pod'),
  tool('deletePod', 'Ends one'),
  tool('node_management', 'Cordon, drain and uncordon nodes'),
  tool('resources_get', 'Get a Kubernetes resource by its apiVersion and kind'),
  tool('scale', 'Sets how many replicas a workload has', 'dev', {
    inputSchema: { type: 'object', properties: { graceSeconds: { description: 'how long to wait' } } },
  }),
];
const names = (description: string, keywords: string[] = [], all = tools) =>
  new ToolIndex(all).find({ description, keywords }, 5).map(({ best }) => best.name);

describe('the search among tools', () => {
  it.each([
    ['snake case', 'pods log', 'dev__pods_log'],
    ['camel case', 'pod delete', 'dev__deletePod'],
    ['another form of the word', 'draining a node', 'dev__node_management'],
    ['another word for the same', 'remove a pod', 'dev__deletePod'],
    ["kubectl's short name", 'show po', 'dev__pods_list'],
    ['a kind that has no tool of its own', 'the yaml of a ConfigMap', 'dev__resources_get'],
    ['a parameter', 'grace seconds', 'dev__scale'],
    ['a misspelled word', 'replikas', 'dev__scale'],
    ['the beginning of a word', 'cord', 'dev__node_management'],
  ])('knows %s', (_, asked, expected) => {
    expect(names(asked)[0]).toBe(expected);
  });

  it('takes keywords as part of what is asked', () => {
    expect(names('what did it say', ['logs', 'pod'])[0]).toBe('dev__pods_log');
  });

  it('finds nothing where no word is known, and says so', () => {
    expect(names('qqqq zzzz')).toEqual([]);
    expect(foundResult([])).toMatchObject({ content: [{ text: expect.stringContaining('No tool fits') }] });
  });

  it('counts the same tool of several servers once, and puts the one first whose server or context is named', () => {
    const both = [...tools, ...tools.map(({ tool: one }) => tool(one.name, String(one['description']), 'prod', one))];
    const index = new ToolIndex(both);
    const find = (description: string) => index.find({ description, keywords: [] }, 2);
    expect(find('logs of a pod')).toMatchObject([
      { best: { name: 'dev__pods_log' }, also: [{ name: 'prod__pods_log' }] },
      { also: [{}] },
    ]);
    expect(find('logs of a pod in prod')[0]?.best.name).toBe('prod__pods_log');
    expect(find('logs of a pod, context kind-prod')[0]?.best.name).toBe('prod__pods_log');
  });

  it('shows one tool twice where the servers describe it otherwise', () => {
    const other = tool('pods_log', 'Get the logs of a pod, or of many', 'prod');
    expect(
      names('logs of a pod', [], [...tools, other])
        .slice(0, 2)
        .sort(),
    ).toEqual(['dev__pods_log', 'prod__pods_log']);
  });

  it('survives tools of any shape', () => {
    const odd = [
      tool('a', ''),
      { ...tool('b', 'x'), tool: { name: 'b', description: 7, inputSchema: null, title: {} } },
      { ...tool('constructor', 'y'), tool: { name: 'constructor', inputSchema: { properties: { toString: 3 } } } },
    ] as SharedTool[];
    expect(names('constructor', [], odd)).toEqual(['dev__constructor']);
    expect(names('constructor __proto__ toString')).toEqual([]);
  });
});

describe('words', () => {
  it.each([
    ['pods_listInNamespace', ['pods', 'list', 'In', 'Namespace', 'listInNamespace']],
    ['HTTPRoute of über-app', ['HTTP', 'Route', 'HTTPRoute', 'of', 'über', 'app']],
    ['', []],
  ])('of %s', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  it.each([
    ['migrations migrated migrating migrate migration', 1],
    ['scales scaling scaled scale', 1],
    ['running runs run', 1],
    ['policies policy', 1],
    ['ingress', 1],
    ['status', 1],
    ['pod port', 2],
  ])('%s are %i', (words, count) => {
    expect(new Set(words.split(' ').map(termOf)).size).toBe(count);
  });
});

describe('what find_tool takes', () => {
  it.each([
    [{ tool_description: 'x' }, { description: 'x', keywords: [] }],
    [
      { tool_description: 'x', tool_keywords: ['a', 'b'] },
      { description: 'x', keywords: ['a', 'b'] },
    ],
    [{ tool_keywords: 'a, b' }, { description: '', keywords: ['a', 'b'] }],
    [{ tool_description: 7 }, expect.stringContaining('must be text')],
    [{ tool_description: 'x', tool_keywords: [7] }, expect.stringContaining('list of texts')],
    [{ tool_description: ' ' }, expect.stringContaining('tool_description')],
  ])('%j', (args, expected) => {
    expect(wantedOf(args)).toEqual(expected);
  });
});

it('titles that people are shown name the server, and nothing else of a tool changes', () => {
  const more = { title: 'Delete', annotations: { title: 'Delete it', destructiveHint: true }, 'x-field': 1 };
  expect(listedTool(tool('delete', 'd', 'prod', more))).toEqual({
    name: 'prod__delete',
    description: 'd',
    inputSchema: { type: 'object' },
    title: 'Delete (prod)',
    annotations: { title: 'Delete it (prod)', destructiveHint: true },
    'x-field': 1,
  });
});
