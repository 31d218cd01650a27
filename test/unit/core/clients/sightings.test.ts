import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sightings } from '../../../../main/core/clients/sightings.ts';
import { writeDeep } from '../../../fixtures/clients/client-sandbox.ts';

describe('sightings of clients', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-seen-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const at = (time: string) => ({ now: () => new Date(time) });
  const cursor = { name: 'cursor-vscode', version: '1.2.3' };

  it('outlive Berth, and a client that does not say its name keeps the one it had', async () => {
    const first = await Sightings.open(folder, at('2026-05-01T10:00:00.000Z'));
    first.see('cursor', cursor);
    first.see('cursor', null);
    await first.dispose();
    const second = await Sightings.open(folder);
    expect(second.of('cursor')).toEqual({ at: '2026-05-01T10:00:00.000Z', as: cursor });
    expect(second.of('zed')).toBeNull();
  });

  it('are bounded: the names of the last 200, cut to what a window can show', async () => {
    const sightings = await Sightings.open(folder);
    for (let index = 0; index < 250; index++) sightings.see(`agent-${index}`, { name: 'n'.repeat(500), version: '1' });
    await sightings.dispose();
    const kept = JSON.parse(await readFile(join(folder, 'clients', 'seen.json'), 'utf8'));
    expect(Object.keys(kept)).toHaveLength(200);
    expect(kept['agent-0']).toBeUndefined();
    expect(kept['agent-249'].as.name).toHaveLength(80);
  });

  it('begin anew when their file is damaged', async () => {
    await writeDeep(join(folder, 'clients', 'seen.json'), '{"cursor": {"at": 7}}');
    expect((await Sightings.open(folder)).of('cursor')).toBeNull();
  });
});
