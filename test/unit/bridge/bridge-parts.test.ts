import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientMemory, isOwnId } from '../../../main/bridge/client-memory.ts';
import { LineReader } from '../../../main/bridge/line-reader.ts';
import { envelopeOf, problemLine } from '../../../main/bridge/message.ts';
import { environmentFor, startCommand } from '../../../main/bridge/start-berth.ts';

describe('LineReader', () => {
  it('gives the same lines however the bytes are cut', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\s/g, '') || 'x'));
    fc.assert(
      fc.property(lines, fc.array(fc.nat(20)), (given, cuts) => {
        const bytes = Buffer.from(given.map((line) => `${line}\n`).join(''));
        const read: string[] = [];
        const reader = new LineReader(
          1_000,
          (line) => read.push(line),
          () => read.push('too long'),
        );
        let start = 0;
        for (const cut of cuts) {
          reader.push(bytes.subarray(start, start + cut));
          start += cut;
        }
        reader.push(bytes.subarray(start));
        expect(read).toEqual(given);
      }),
    );
  });

  it('leaves out a line that is too long, says so once, and goes on', () => {
    const read: string[] = [];
    const reader = new LineReader(
      5,
      (line) => read.push(line),
      () => read.push('too long'),
    );
    for (const part of ['123456', '789\r\n', '12345\n', '\n \n', 'ok\n']) reader.push(Buffer.from(part));
    expect(read).toEqual(['too long', '12345', 'ok']);
  });
});

describe('ClientMemory', () => {
  const see = (memory: ClientMemory, message: object) => {
    const line = JSON.stringify({ jsonrpc: '2.0', ...message });
    const envelope = envelopeOf(line);
    if (envelope) memory.see(envelope, line);
  };

  it('tells a new session what the former was told, under ids of its own', () => {
    const memory = new ClientMemory();
    expect(memory.greeting()).toBeNull();
    expect(memory.rest()).toEqual([]);
    see(memory, { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    see(memory, { method: 'notifications/initialized' });
    see(memory, { id: 2, method: 'logging/setLevel', params: { level: 'debug' } });
    see(memory, { id: 3, method: 'logging/setLevel', params: { level: 'error' } });
    see(memory, { id: 4, method: 'resources/subscribe', params: { uri: 'a' } });
    see(memory, { id: 5, method: 'resources/subscribe', params: { uri: 'b' } });
    see(memory, { id: 6, method: 'resources/unsubscribe', params: { uri: 'a' } });
    const greeting = JSON.parse(memory.greeting() ?? '');
    expect(greeting).toMatchObject({ method: 'initialize', params: { protocolVersion: '2025-11-25' } });
    const rest = memory.rest().map((line) => JSON.parse(line));
    expect(rest.map(({ method, params }) => [method, params])).toEqual([
      ['notifications/initialized', undefined],
      ['logging/setLevel', { level: 'error' }],
      ['resources/subscribe', { uri: 'b' }],
    ]);
    const ids = [greeting, ...rest].flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every(isOwnId)).toBe(true);
    expect([1, '1', 'berth'].some(isOwnId)).toBe(false);
  });
});

describe('messages', () => {
  it('looks at no more than it needs', () => {
    expect(envelopeOf('{')).toBeNull();
    expect(envelopeOf('[{"id":1}]')).toMatchObject({ id: null, method: null });
    expect(envelopeOf('{"id":null,"error":{"message":"m"}}')).toMatchObject({ id: null, problem: { message: 'm' } });
    expect(envelopeOf('{"id":"x","method":"m","params":[1]}')).toEqual({
      id: 'x',
      method: 'm',
      params: {},
      problem: null,
    });
  });

  it('says what to do in the text that people see', () => {
    const line = problemLine(7, { code: 'not-running', message: 'It is off.', hint: 'Turn it on.' });
    expect(JSON.parse(line)).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32000,
        message: 'It is off. Turn it on.',
        data: { berth: { code: 'not-running', message: 'It is off.', hint: 'Turn it on.' } },
      },
    });
  });
});

describe('environmentFor', () => {
  const env = { ELECTRON_RUN_AS_NODE: '1', HOME: '/home/me' };

  it('starts a desktop as itself, and a script on the same program as Node', () => {
    expect(environmentFor(['--hidden'], env)).toEqual({ HOME: '/home/me' });
    expect(environmentFor([], env)).toEqual({ HOME: '/home/me' });
    expect(environmentFor(['/opt/berth/bin/berth.mjs', 'serve'], env)).toEqual(env);
    expect(environmentFor(['/x/berth.mjs'], { HOME: '/home/me' })).toEqual({ HOME: '/home/me' });
  });
});

describe('startCommand', () => {
  it('takes what it is given, and nothing else then', () => {
    const here = import.meta.url;
    expect(startCommand({ BERTH_START_COMMAND: '["/opt/berth","--hidden"]' }, here)).toEqual([
      '/opt/berth',
      '--hidden',
    ]);
    for (const text of ['[]', 'berth', '{"a":1}', '[1]'])
      expect(startCommand({ BERTH_START_COMMAND: text }, here)).toBeNull();
  });

  it('finds the launcher of the installation that it is part of', () => {
    const root = mkdtempSync(join(tmpdir(), 'berth-install-'));
    const here = pathToFileURL(join(root, 'dist', 'bridge', 'bridge.js')).href;
    expect(startCommand({}, here)).toBeNull();
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin', 'berth.mjs'), '');
    expect(startCommand({}, here)).toEqual([process.execPath, join(root, 'bin', 'berth.mjs'), 'serve']);
    rmSync(root, { recursive: true });
  });
});
