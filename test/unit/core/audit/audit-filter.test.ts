import { expect, test } from 'vitest';
import type { AuditEntry, AuditFilter } from '../../../../contract/model/audit.ts';
import { matchesAudit } from '../../../../main/core/audit/audit-filter.ts';

const entry: AuditEntry = {
  time: '2026-11-21T10:00:00.000Z',
  slug: 'web',
  client: 'cursor',
  session: 'ab12cd34',
  clientInfo: { name: 'Cursor', version: '3' },
  context: 'staging',
  method: 'tools/call',
  tool: 'pods_list',
  guard: 'read-only',
  approval: null,
  arguments: '{"namespace":"Shop"}',
  argumentHash: 'f00',
  argumentBytes: 20,
  answerBytes: 100,
  outcome: 'refused',
  reason: 'no',
  ms: 3,
};

test.each<[AuditFilter, boolean]>([
  [{}, true],
  [{ slug: 'web', client: 'cursor', context: 'staging', tool: 'pods_list', toolsOnly: true }, true],
  [{ slug: 'other' }, false],
  [{ client: 'claude-code' }, false],
  [{ context: 'production' }, false],
  [{ tool: 'pods' }, false],
  [{ outcomes: ['ok', 'refused'] }, true],
  [{ outcomes: [] }, false],
  [{ since: '2026-11-21T10:00:00Z', until: '2026-11-21T11:00:00+01:00' }, true],
  [{ since: '2026-11-21T10:00:01Z' }, false],
  [{ until: '2026-11-21T09:59:59Z' }, false],
  [{ text: 'shop' }, true],
  [{ text: 'warehouse' }, false],
])('%j → %s', (filter, expected) => {
  expect(matchesAudit(entry, filter)).toBe(expected);
});

test('what is no tool call is left out on demand', () => {
  expect(matchesAudit({ ...entry, tool: null, method: 'tools/list' }, { toolsOnly: true })).toBe(false);
});
