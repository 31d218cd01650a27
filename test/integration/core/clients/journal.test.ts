import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientJournal, type JournalLine } from '../../../../main/core/clients/journal.ts';

describe('the journal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const line = (id: string): JournalLine => ({
    id,
    time: '2026-11-21T10:00:00.000Z',
    client: 'cursor',
    path: '/home/u/.cursor/mcp.json',
    action: 'set',
    name: 'berth-a',
    slug: 'a',
    before: null,
    after: 'x',
    entry: 'y',
    backup: null,
    mode: null,
    owned: null,
    undoes: null,
  });

  it('keeps the line that comes after one that a crash cut short', async () => {
    const journal = new ClientJournal(folder);
    await journal.append([line('one')]);
    await appendFile(join(folder, 'journal.jsonl'), JSON.stringify(line('two')).slice(0, 40));
    await journal.append([line('three'), line('four')]);
    expect((await journal.read()).map(({ id }) => id)).toEqual(['one', 'three', 'four']);
  });
});
