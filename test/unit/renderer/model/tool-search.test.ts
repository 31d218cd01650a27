import { expect, test } from 'vitest';
import { filterTools, toolClaims } from '../../../../renderer/model/tool-search.ts';

const tools = [
  { name: 'events_list', description: 'Lists events of pods', inputSchema: {} },
  { name: 'pods_list', title: 'Pods: List', description: 'Lists', inputSchema: {} },
  { name: 'nodes_top', inputSchema: {} },
];

test('all words must be there; those that match by name come first', () => {
  const names = (search: string) => filterTools(tools, search).map(({ name }) => name);
  expect([names(''), names('PODS list'), names('pods'), names('nothing')]).toEqual([
    ['events_list', 'pods_list', 'nodes_top'],
    ['pods_list', 'events_list'],
    ['pods_list', 'events_list'],
    [],
  ]);
});

test.each([
  [undefined, ['may write']],
  [{ readOnlyHint: true, idempotentHint: true }, ['read-only']],
  [{ destructiveHint: true, idempotentHint: true }, ['destructive', 'idempotent']],
  [{ readOnlyHint: false, destructiveHint: false, openWorldHint: true }, ['writes', 'open world']],
])('the claims of %j', (annotations, words) => {
  expect(toolClaims(annotations ? { annotations } : {}).map(({ word }) => word)).toEqual(words);
});
