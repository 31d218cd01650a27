import { describe, expect, it } from 'vitest';
import { TextProblem } from '../../../../main/core/clients/text/config-text.ts';
import { removeEntry, setEntry } from '../../../../main/core/clients/text/json-edit.ts';
import { type JsonDialect, jsonDialects } from '../../../../main/core/clients/text/json-text.ts';

const { json, jsonc } = jsonDialects;
const keys = ['mcpServers'];
const entry = { command: '/opt/berth', args: ['connect', 'a'] };
const add = (text: string, dialect: JsonDialect = json) => setEntry(text, dialect, keys, 'berth-a', entry).text;
const crlf = (text: string) => text.replaceAll('\n', '\r\n');

describe('setEntry writes in the file’s own style', () => {
  it.each([
    [
      'nothing',
      '',
      '{\n  "mcpServers": {\n    "berth-a": {\n      "command": "/opt/berth",\n      "args": [\n        "connect",\n        "a"\n      ]\n    }\n  }\n}\n',
    ],
    [
      'a minified file',
      '{"theme":"dark","mcpServers":{"x":{"command":"y"}}}',
      '{"theme":"dark","mcpServers":{"x":{"command":"y"},"berth-a":{"command":"/opt/berth","args":["connect","a"]}}}',
    ],
    [
      'a file on one line with spaces',
      '{ "mcpServers": { "x": {} } }',
      '{ "mcpServers": { "x": {}, "berth-a": { "command": "/opt/berth", "args": ["connect", "a"] } } }',
    ],
    [
      'tabs',
      '{\n\t"mcpServers": {\n\t\t"x": {}\n\t}\n}',
      '{\n\t"mcpServers": {\n\t\t"x": {},\n\t\t"berth-a": {\n\t\t\t"command": "/opt/berth",\n\t\t\t"args": [\n\t\t\t\t"connect",\n\t\t\t\t"a"\n\t\t\t]\n\t\t}\n\t}\n}',
    ],
    [
      'CRLF and four spaces',
      crlf('{\n    "mcpServers": {}\n}\n'),
      crlf(
        '{\n    "mcpServers": {\n        "berth-a": {\n            "command": "/opt/berth",\n            "args": [\n                "connect",\n                "a"\n            ]\n        }\n    }\n}\n',
      ),
    ],
    [
      'an object without the key',
      '{\n  "theme": "dark"\n}\n',
      '{\n  "theme": "dark",\n  "mcpServers": {\n    "berth-a": {\n      "command": "/opt/berth",\n      "args": [\n        "connect",\n        "a"\n      ]\n    }\n  }\n}\n',
    ],
  ])('%s', (_what, before, after) => {
    expect(add(before)).toBe(after);
    const { trace } = setEntry(before, json, keys, 'berth-a', entry);
    expect(removeEntry(after, json, keys, 'berth-a', trace)).toBe(before);
  });

  it('leaves comments with what they belong to, and keeps a trailing comma', () => {
    const before = '{\n  // { servers\n  "mcpServers": {\n    "x": {}, // "mine": {\n    /* } */\n  },\n}\n';
    const { text, trace } = setEntry(before, jsonc, keys, 'berth-a', { url: 'u' });
    expect(text).toBe(
      '{\n  // { servers\n  "mcpServers": {\n    "x": {}, // "mine": {\n    /* } */\n    "berth-a": {\n      "url": "u"\n    },\n  },\n}\n',
    );
    expect(removeEntry(text, jsonc, keys, 'berth-a', trace)).toBe(before);
  });

  it('follows a key of several steps', () => {
    const { text, trace } = setEntry('{"mcp":{}}', jsonc, ['mcp', 'servers'], 'berth-a', 1);
    expect(text).toBe('{"mcp":{"servers":{"berth-a":1}}}');
    expect(removeEntry(text, jsonc, ['mcp', 'servers'], 'berth-a', trace)).toBe('{"mcp":{}}');
  });
});

describe('removeEntry takes out what is ours, however it looks by then', () => {
  it.each([
    [
      'with a comment that would swallow the brace',
      '{"mcpServers": { "x": 1, // c\n "berth-a": {} }}',
      '{"mcpServers": { "x": 1 // c\n }}',
    ],
    [
      'with a comment that would swallow the next entry',
      '{"mcpServers": { // c\n "berth-a": {}, "x": 1 }}',
      '{"mcpServers": { // c\n "x": 1 }}',
    ],
    ['between others', '{"mcpServers": {"x": 1, "berth-a": {}, "y": 2}}', '{"mcpServers": {"x": 1, "y": 2}}'],
    ['before others', '{"mcpServers": {\n "berth-a": {},\n "y": 2}}', '{"mcpServers": {\n "y": 2}}'],
    [
      'with comments around it',
      '{"mcpServers": {"x": 1, /* 1 */ "berth-a": {} /* 2 */, /* 3 */ "y": 2}}',
      '{"mcpServers": {"x": 1, /* 1 */ /* 2 */ /* 3 */ "y": 2}}',
    ],
  ])('%s', (_what, before, after) => {
    expect(removeEntry(before, jsonc, keys, 'berth-a', null)).toBe(after);
    expect(removeEntry(after, jsonc, keys, 'berth-a', null)).toBe(after);
  });

  it('keeps an object that it made when something else came into it', () => {
    const { text, trace } = setEntry('{}\n', json, keys, 'berth-a', {});
    const withTheirs = setEntry(text, json, keys, 'theirs', {}).text;
    expect(JSON.parse(removeEntry(withTheirs, json, keys, 'berth-a', trace))).toEqual({ mcpServers: { theirs: {} } });
    const withComment = text.replace('"berth-a"', '/* mine */ "berth-a"');
    expect(removeEntry(withComment, jsonc, keys, 'berth-a', trace)).toContain('/* mine */');
  });
});

describe('what cannot be edited safely is refused with its place', () => {
  it.each([
    ['{\n  "mcpServers": {\n    "x": {},\n  }\n}', json, 4, 3, /property name|trailing/],
    ['{ // hello\n}', json, 1, 3, /comments/],
    ['{"a": 1} x', json, 1, 10, /end of file expected|invalid symbol/],
    ['{"mcpServers": {}', json, 1, 18, /close brace expected/],
    ["{'a': 1}", jsonc, 1, 2, /invalid symbol|property name/],
    ['{\n"mcpServers": {},\n"mcpServers": {}\n}', jsonc, 3, 1, /there twice/],
    ['{"mcpServers": {"berth-a": 1, "berth-\\u0061": 2}}', json, 1, 31, /there twice/],
    ['{"mcpServers": []}', json, 1, 16, /not an object/],
    ['{"mcpServers": null}', json, 1, 16, /not an object/],
    ['[]', json, 1, 1, /not an object/],
    ['"x"', json, 1, 1, /not an object/],
    ['{"a": "\u0001"}', json, 1, 7, /invalid character/],
    [`{"a": ${'['.repeat(200_000)}`, json, 1, 1, /nested too deeply/],
  ])('%.40s', (text, dialect, line, column, sentence) => {
    let problem: unknown;
    try {
      add(text, dialect);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(TextProblem);
    expect(problem).toMatchObject({ line, column });
    expect((problem as TextProblem).message).toMatch(sentence);
  });
});
