import { describe, expect, it } from 'vitest';
import { classify, sentences } from '../../../../main/core/gateway/json-rpc.ts';
import { lowestLevel, reachesLevel } from '../../../../main/core/gateway/log-level.ts';
import { listeningInodes } from '../../../../main/core/gateway/port-holder.ts';
import { negotiateVersion } from '../../../../main/core/gateway/protocol-versions.ts';
import { claimsIn } from '../../../../main/core/gateway/tool-claims.ts';

describe('classify', () => {
  it.each([
    [{ jsonrpc: '2.0', id: 1, method: 'm' }, 'request'],
    [{ jsonrpc: '2.0', id: '', method: 'm', params: {} }, 'request'],
    [{ jsonrpc: '2.0', method: 'm' }, 'notification'],
    [{ jsonrpc: '2.0', id: 1, result: null }, 'answer'],
    [{ jsonrpc: '2.0', id: null, error: { code: 1, message: '' } }, 'answer'],
    [[], 'batch'],
    [{ jsonrpc: '2.0', id: null, method: 'm' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1.5, method: 'm' }, 'invalid'],
    [{ jsonrpc: '2.0', id: {}, method: 'm' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1, method: 5 }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1, method: 'm', params: [] }, 'invalid'],
    [{ jsonrpc: '1.0', id: 1, method: 'm' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1 }, 'invalid'],
    [null, 'invalid'],
    ['text', 'invalid'],
  ])('%j → %s', (value, kind) => {
    expect(classify(value).kind).toBe(kind);
  });
});

describe('what the parts say', () => {
  it('negotiates no version that one side does not speak', () => {
    expect(negotiateVersion('2025-06-18', '2025-11-25')).toBe('2025-06-18');
    expect(negotiateVersion('2025-11-25', '2025-06-18')).toBe('2025-06-18');
    expect(negotiateVersion('2026-07-28', '2025-03-26')).toBe('2025-03-26');
    expect(negotiateVersion(undefined, '2025-03-26')).toBe('2025-03-26');
  });

  it('sets a shared server to the most talkative level', () => {
    expect(lowestLevel(['error', null, 'info', 'alert'])).toBe('info');
    expect(lowestLevel([null, 'nonsense'])).toBeNull();
    expect(reachesLevel('info', 'warning')).toBe(false);
    expect(reachesLevel('error', 'warning')).toBe(true);
    expect(reachesLevel('strange', 'warning')).toBe(true);
    expect(reachesLevel('debug', null)).toBe(true);
  });

  it('believes only a clear claim', () => {
    const tools = [
      { name: 'a', annotations: { readOnlyHint: true } },
      { name: 'b', annotations: { readOnlyHint: 'true' } },
      { name: 'c' },
      { annotations: { readOnlyHint: true } },
      null,
    ];
    expect(claimsIn({ tools })).toEqual([
      ['a', { readOnlyHint: true }],
      ['b', { readOnlyHint: false }],
      ['c', { readOnlyHint: false }],
    ]);
    expect(claimsIn({ tools: 'none' })).toEqual([]);
  });

  it('ends what it says as sentences', () => {
    expect(sentences('One', undefined, 'Two?', '')).toBe('One. Two?');
  });

  it('finds the listening socket of a port in the table of the kernel', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:5CE8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0 100 0 0 10 0',
      '   1: 0100007F:5CE8 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0 20 4 30 10 -1',
      '   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0',
    ].join('\n');
    expect(listeningInodes(table, 23784)).toEqual(['111']);
    expect(listeningInodes(table, 80)).toEqual(['333']);
    expect(listeningInodes(table, 81)).toEqual([]);
  });
});
