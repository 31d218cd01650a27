import { describe, expect, it } from 'vitest';
import { type Client, clientTrouble } from '../../../../contract/model/client.ts';
import { driftWords, groupClients, repairable } from '../../../../renderer/model/client-groups.ts';
import { aClient as client } from '../../../fixtures/clients/a-client.ts';

type Entry = Client['entries'][number];
const entry = (state: Entry['state']): Entry => ({ slug: 'a', name: 'berth-a', via: 'bridge', state });

describe('clients on their page', () => {
  it('come with what needs somebody first, then what is installed, then what is on this machine', () => {
    const queued = { action: 'install' as const, slugs: ['a'], since: '2026-05-01T10:00:00.000Z', problem: null };
    const groups = groupClients([
      client('fine', { state: 'installed' }),
      client('there'),
      client('elsewhere', { state: 'absent', application: 'absent' }),
      client('gone', { state: 'wiped' }),
      client('waits', { queued }),
      client('torn', { state: 'unreadable' }),
    ]);
    expect(groups.used.map(({ id }) => id)).toEqual(['torn', 'gone', 'waits', 'fine']);
    expect(groups.found.map(({ id }) => id)).toEqual(['there']);
    expect(groups.others.map(({ id }) => id)).toEqual(['elsewhere']);
  });

  it('need a look when entries are gone or changed, the file is torn, or a queued change failed', () => {
    const problem = { code: 'conflict' as const, message: 'no' };
    const queued = { action: 'install' as const, slugs: [], since: '2026-05-01T10:00:00.000Z', problem };
    const odd = [
      client('a', { state: 'wiped' }),
      client('b', { state: 'changed' }),
      client('c', { state: 'unreadable' }),
      client('d', { queued }),
    ];
    expect(odd.map(clientTrouble)).toEqual([
      'Berth’s entries are gone from its file',
      'an entry is not as Berth wrote it',
      'its file cannot be read',
      'a change that waited has failed',
    ]);
    expect(clientTrouble(client('e', { state: 'orphaned' }))).toBeNull();
    expect(clientTrouble(client('f', { queued: { ...queued, problem: null } }))).toBeNull();
  });

  it('say what happened to their entries', () => {
    expect(driftWords(client('X', { state: 'installed', entries: [entry('installed')] }))).toBeNull();
    expect(driftWords(client('X', { state: 'wiped', entries: [entry('missing')] }))).toMatch(/none of Berth’s entries/);
    const both = client('X', { state: 'changed', entries: [entry('changed'), entry('missing')] });
    expect(driftWords(both)).toBe(
      'An entry was changed by somebody else, another is missing from the file. A repair writes it anew and keeps what was added to it.',
    );
  });

  it('can be repaired while their file can be read', () => {
    expect(repairable(client('X', { state: 'changed', entries: [entry('outdated')] }))).toBe(true);
    expect(repairable(client('X', { state: 'unreadable', entries: [entry('missing')] }))).toBe(false);
    expect(repairable(client('X', { state: 'installed', entries: [entry('installed')] }))).toBe(false);
    // It waits for its user to confirm it in the client.
    expect(repairable(client('X', { state: 'available', entries: [entry('awaited')] }))).toBe(false);
  });
});
