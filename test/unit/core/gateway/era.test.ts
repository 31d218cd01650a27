import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodedHeader, encodedHeader, requestHeaders } from '../../../../main/core/backend/modern-protocol.ts';
import { headerProblem, isModern, mirroredHeaders, statusOfAnswer } from '../../../../main/core/gateway/era.ts';

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const request = (method: string, params: object = {}) => ({
  jsonrpc: '2.0' as const,
  id: 1,
  method,
  params: { ...params, _meta: meta },
});

describe('headers that repeat what a request says', () => {
  it.each([
    ['us-west1', 'us-west1'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ])('carry %j as the specification shows it', (value, header) => {
    expect(encodedHeader(value)).toBe(header);
    expect(decodedHeader(header)).toBe(value);
  });

  it('carry any text, and nothing that a header must not hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const header = encodedHeader(value);
        expect(header).toMatch(/^[\x20-\x7e\t]*$/);
        expect(decodedHeader(header)).toBe(value);
      }),
    );
  });

  it.each([
    request('tools/call', { name: 'echo' }),
    request('resources/read', { uri: 'file:///ä' }),
    request('prompts/get', { name: ' x' }),
    request('tools/list'),
  ])('are found right by who checks them', (message) => {
    expect(headerProblem(message, requestHeaders(message))).toBeNull();
    expect(headerProblem(message, { ...requestHeaders(message), 'mcp-method': 'ping' })).not.toBeNull();
    expect(headerProblem(message, { ...requestHeaders(message), 'mcp-protocol-version': undefined })).not.toBeNull();
  });

  it('must name the same tool', () => {
    const message = request('tools/call', { name: 'delete' });
    const headers = requestHeaders(request('tools/call', { name: 'read' }));
    expect(headerProblem(message, headers)?.answer(1)).toMatchObject({ error: { code: -32020 } });
    expect(
      mirroredHeaders({ 'mcp-param-region': 'eu', authorization: 'Bearer x', 'mcp-param-two': ['a', 'b'] }),
    ).toEqual({
      'mcp-param-region': 'eu',
    });
  });
});

describe('the generation of a request', () => {
  it('is told by the version in its own _meta', () => {
    expect(isModern(request('tools/list'))).toBe(true);
    expect(isModern({ jsonrpc: '2.0', id: 1, method: 'tools/list' })).toBe(false);
    const old = { 'io.modelcontextprotocol/protocolVersion': '2025-11-25' };
    expect(isModern({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: old } })).toBe(false);
  });

  it.each([
    [{ result: {} }, 200],
    [{ error: { code: -32601, message: 'x' } }, 404],
    [{ error: { code: -32020, message: 'x' } }, 400],
    [{ error: { code: -32021, message: 'x' } }, 400],
    [{ error: { code: -32022, message: 'x' } }, 400],
    [{ error: { code: -32602, message: 'x' } }, 200],
    [{ error: { code: -32000, message: 'x', data: { berth: { code: 'not-running', message: 'x' } } } }, 200],
  ])('gives %j the status %i', (answer, status) => {
    expect(statusOfAnswer({ jsonrpc: '2.0', id: 1, ...answer })).toBe(status);
  });
});
