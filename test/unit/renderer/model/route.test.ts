import { expect, test } from 'vitest';
import { parseRoute, routeHash } from '../../../../renderer/model/route.ts';

test('a route survives the way into the address and back, whatever a context is called', () => {
  const target = 'context:arn:aws:eks/äöü prod@~/.kube/config?x=1&y#z';
  expect(parseRoute(routeHash('doctor', ['a b/c', '100%'], { target }))).toEqual({
    page: 'doctor',
    path: ['a b/c', '100%'],
    query: { target },
  });
});

test.each(['', '#', '#/', '#/nothing', '#/constructor/x'])('the address %j is the home page', (hash) => {
  expect(parseRoute(hash)).toEqual({ page: 'servers', path: [], query: {} });
});

test('a part that is not well encoded stays as it is', () => {
  expect(parseRoute('#/servers/%E0%A4%A').path).toEqual(['%E0%A4%A']);
});
