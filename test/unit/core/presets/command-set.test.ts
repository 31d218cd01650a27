import { expect, test } from 'vitest';
import { readCommandSet } from '../../../../main/core/presets/command-set.ts';

const help = {
  version: '1.2',
  commands: [
    {
      path: ['get', 'plan'],
      category: 'read',
      runnable: true,
      flags: [
        { name: 'watch', type: 'bool' },
        { name: 'limit', type: 'int64' },
        { name: 'name', type: 'stringSlice' },
        { name: 'odd', type: 'explicitBool' },
      ],
    },
    { path: ['get', 'inventory'], category: 'read', runnable: false },
    { path: ['delete', 'plan'], category: 'write', runnable: true, flags: null },
  ],
  global_flags: [
    { name: 'namespace', type: 'string' },
    { name: 'kubeconfig', type: 'string' },
  ],
};
const shared = ['namespace'];

test('commands that can be run, their category and the kinds of their flags; of the flags of all, those that may be given', () => {
  expect(readCommandSet(JSON.stringify(help), { shared })).toEqual({
    commands: {
      'get plan': { category: 'read', flags: { watch: 'switch', limit: 'number', name: 'text', odd: 'text' } },
      'delete plan': { category: 'write', flags: {} },
    },
    shared: { namespace: 'text' },
  });
});

test('a version that does not say what can be run says that all can', () => {
  const commands = help.commands.map(({ path, category }) => ({ path, category }));
  const { commands: known } = readCommandSet(JSON.stringify({ commands }), { shared });
  expect(Object.keys(known)).toEqual(['get plan', 'get inventory', 'delete plan']);
});

test.each([
  ['nothing', ''],
  ['text', 'Usage: kubectl-mtv'],
  ['another JSON', '{"commands":{}}'],
  ['a flag without a type', '{"commands":[{"path":["a"],"category":"read","flags":[{"name":"x"}]}]}'],
])('%s is no answer', (_name, text) => {
  expect(() => readCommandSet(text, { shared })).toThrow(/does not say which commands/);
});
