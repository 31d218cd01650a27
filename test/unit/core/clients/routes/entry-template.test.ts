// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the registry's own placeholders look like this
import { describe, expect, it } from 'vitest';
import { parseClientRow } from '../../../../../main/core/clients/registry.ts';
import { shownCommand } from '../../../../../main/core/clients/routes/command-line.ts';
import { fillArguments, fillText, templateProblem } from '../../../../../main/core/clients/routes/entry-template.ts';

const values = {
  name: 'berth-a&b',
  command: '/opt/my berth',
  args: ['connect', 'a', '${name}'],
  env: { A: '1', B: 'x=y' },
  entry: { command: '/opt/my berth', note: 'Zürich ✓ "?&=' },
};

describe('a template of a link or a command line', () => {
  it('fills texts in and takes objects as JSON, filtered from left to right', () => {
    const filled = fillText('x://add?name=${name|uri}&config=${entry|base64|uri}&j=${name|json}', values);
    const query = new URL(filled).searchParams;
    expect(query.get('name')).toBe('berth-a&b');
    expect(JSON.parse(Buffer.from(query.get('config') ?? '', 'base64').toString('utf8'))).toEqual(values.entry);
    expect(query.get('j')).toBe('"berth-a');
    expect(fillText('${named}', values)).toBe(JSON.stringify({ name: values.name, ...values.entry }));
  });

  it('makes one argument of each template, whatever stands in it, and several of what is spread', () => {
    expect(fillArguments(['add', '--env=${env...}', '${name}', '--', '${command}', '${args...}'], values)).toEqual([
      ...['add', '--env=A=1', '--env=B=x=y', 'berth-a&b', '--', '/opt/my berth', 'connect', 'a', '${name}'],
    ]);
    expect(fillArguments(['--env=${env...}'], { ...values, env: {} })).toEqual([]);
  });

  it.each([
    ['${token}', 'argument', /\$\{token\} names no field/],
    ['${name|rot13}', 'text', /no such filter; there are json, base64, uri/],
    ['${args...}', 'text', /names no field/],
    ['${args...|uri}', 'argument', /no such filter/],
    ['${}', 'text', /names no field/],
  ] as const)('%s in %s is refused', (template, place, problem) => {
    expect(templateProblem(template, place)).toMatch(problem);
  });

  it.each([
    ['deeplink: "other:add?c=${entry|gzip}"', /deeplink.*no such filter/],
    ['deeplink: "javascript:alert(${name|json})"', /deeplink/],
    ['deeplink: "file:///${name}"', /deeplink/],
    ['cli: { program: other, add: ["${token}"] }', /cli\.add\.0.*names no field/],
  ])('is checked when a row is loaded: %s', (line, where) => {
    expect(() => parseClientRow(`${row}\n${line}`, 'other.yaml')).toThrow(where);
  });

  it('may say instead why there is no link', () => {
    expect(parseClientRow(`${row}\ndeeplink: { why: "It takes no commands." }`, 'other.yaml').deeplink).toEqual({
      why: 'It takes no commands.',
    });
  });
});

describe('a command line as it is shown', () => {
  it('is quoted for the shell that people paste it into', () => {
    expect(shownCommand(['/bin/x', '-a=b', '', "it's", '{"a":1}'], 'linux')).toBe(
      `/bin/x -a=b '' 'it'\\''s' '{"a":1}'`,
    );
    expect(shownCommand(['C:\\x.exe', 'a b', '{"a":"\\\\"}', 'c d\\'], 'win32')).toBe(
      `C:\\x.exe "a b" "{\\"a\\":\\"\\\\\\\\\\"}" "c d\\\\"`,
    );
  });
});

const row = `
id: other
title: Other
format: json
key: [servers]
via: bridge
entries: { stdio: { command: '\${command}', args: '\${args}', env: '\${env}' } }
paths: { linux: [~/.other/mcp.json] }
detect: { linux: { commands: [other] } }
reload: Restart it.
verifiedAt: null
`;
