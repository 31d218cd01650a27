import { expect, test } from 'vitest';
import { installChoices } from '../../../../renderer/model/install-choices.ts';

test('the recommended way comes first, each way through the file is one, and what cannot be taken is last with its reason', () => {
  const choices = installChoices({
    title: 'Other',
    ways: ['bridge', 'url'],
    routes: [
      { route: 'cli', why: 'The command other is not on the PATH of your login shell.' },
      { route: 'file', why: null },
      { route: 'mcpb', why: null },
    ],
  });
  expect(choices.map(({ id, route, via, why }) => ({ id, route, via, why }))).toEqual([
    { id: 'file bridge', route: 'file', via: 'bridge', why: null },
    { id: 'file url', route: 'file', via: 'url', why: null },
    { id: 'mcpb', route: 'mcpb', via: 'bridge', why: null },
    { id: 'cli', route: 'cli', via: 'bridge', why: 'The command other is not on the PATH of your login shell.' },
  ]);
  expect(choices.every(({ title, consequence }) => title !== '' && consequence !== '')).toBe(true);
});
