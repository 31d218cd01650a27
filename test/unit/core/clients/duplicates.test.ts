import { describe, expect, it } from 'vitest';
import { withDuplicates } from '../../../../main/core/clients/duplicates.ts';
import { parseClientRow } from '../../../../main/core/clients/registry.ts';
import { aClient } from '../../../fixtures/clients/a-client.ts';

const row = (id: string, more = '') =>
  parseClientRow(
    `{id: ${id}, title: ${id.toUpperCase()}, format: json, key: [s], via: bridge, entries: {stdio: {command: "\${command}", args: "\${args}"}}, paths: {linux: [/x]},
      detect: {}, reload: Restart it., verifiedAt: null ${more}}`,
    `${id}.yaml`,
  );
const client = (id: string, ...slugs: string[]) =>
  aClient(id, {
    title: id.toUpperCase(),
    entries: slugs.map((slug) => ({ slug, name: `berth-${slug}`, via: 'bridge', state: 'installed' })),
  });

describe('a client that also reads the file of another', () => {
  const registry = [row('warp', ', alsoReads: [{client: claude, when: when it is allowed to}]'), row('claude')];

  it('is told to show a server twice that is in both', () => {
    const [warp, claude] = withDuplicates([client('warp', 'a', 'b'), client('claude', 'b', 'c')], registry);
    expect(warp?.warnings).toEqual([
      'WARP also reads the servers of CLAUDE when it is allowed to, so b is there twice.',
    ]);
    expect(claude?.warnings).toEqual([]);
  });

  it('is not when the other has none of its servers, or is not known', () => {
    expect(withDuplicates([client('warp', 'a'), client('claude', 'c')], registry)[0]?.warnings).toEqual([]);
    expect(withDuplicates([client('warp', 'a')], registry)[0]?.warnings).toEqual([]);
  });
});
