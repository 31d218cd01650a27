import { describe, expect, test } from 'vitest';
import type { Client } from '../../../../contract/model/client.ts';
import type { Context } from '../../../../contract/model/context.ts';
import type { Preset } from '../../../../contract/model/preset.ts';
import { dockable, proposeDock } from '../../../../renderer/model/dock-plan.ts';

const context = (ref: string, more: Partial<Context> = {}) =>
  ({ ref, apiServer: 'https://x', active: false, current: false, production: false, ...more }) as Context;
const preset = (id: string, more: Partial<Preset> = {}) =>
  ({ id, found: { path: '/x', version: '1' }, install: null, needsContext: true, ...more }) as Preset;
const client = (id: string, state: Client['state']) => ({ id, state }) as Client;

describe('the context that is proposed', () => {
  const of = (...contexts: Context[]) => proposeDock(contexts, [], []).context;
  test('is the active one, else the one of kubectl, else one that is not production', () => {
    const production = context('prod', { production: true });
    expect([
      of(production, context('a', { current: true }), context('b', { active: true })),
      of(production, context('a'), context('b', { current: true })),
      of(production, context('a')),
      of(production),
      of(),
    ]).toEqual(['b', 'b', 'a', 'prod', null]);
  });
  test('has a cluster', () => {
    expect(of(context('broken', { active: true, apiServer: null }), context('a'))).toBe('a');
  });
});

test('only servers that run without further questions are offered', () => {
  const all = [
    preset('missing', { found: null }),
    preset('too-old', { install: 'Version 0.1.0 is too old, 0.2.0 or later is needed.' }),
    preset('command'),
    preset('url'),
    preset('kubernetes-mcp-server'),
    preset('mkp'),
  ];
  expect(dockable(all).map(({ id }) => id)).toEqual(['kubernetes-mcp-server', 'mkp']);
  expect(proposeDock([], all, []).preset).toBe('kubernetes-mcp-server');
});

test('clients are chosen when they are there and their file can be read', () => {
  const clients = [
    client('a', 'absent'),
    client('b', 'available'),
    client('c', 'unreadable'),
    client('d', 'changed'),
    client('e', 'installed'),
  ];
  expect(proposeDock([], [], clients).clients).toEqual(['b', 'd', 'e']);
});
