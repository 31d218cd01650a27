import { describe, expect, it } from 'vitest';
import { type ConfigPlace, TextProblem } from '../../../../main/core/clients/text/config-text.ts';
import { yamlConfig } from '../../../../main/core/clients/text/yaml-config.ts';

const map: ConfigPlace = { keys: ['extensions'], nameField: null };
const list: ConfigPlace = { keys: ['mcpServers'], nameField: 'name' };
const entry = { cmd: '/opt/berth', args: ['connect', 'a'], envs: { NO: 'off' } };
const set = (text: string, place = map, value: Record<string, unknown> = entry, name = 'berth-a') =>
  yamlConfig.set(text, place, name, value);
const remove = (text: string, place = map) => yamlConfig.remove(text, place, 'berth-a', null);
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const indented = (text: string, columns: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));

const inMap = 'berth-a:\n  cmd: "/opt/berth"\n  args:\n    - connect\n    - a\n  envs:\n    "NO": "off"\n';
const inList = '- name: berth-a\n  cmd: "/opt/berth"\n  args:\n    - connect\n    - a\n  envs:\n    "NO": "off"\n';
const json = '"berth-a": {"cmd": "/opt/berth", "args": ["connect", "a"], "envs": {"NO": "off"}}';

describe('a new entry in YAML', () => {
  it.each<[string, ConfigPlace, string, string]>([
    ['into nothing', map, '', `extensions:\n${indented(inMap, 2)}`],
    ['into a list that is not there', list, 'a: 1\n', `a: 1\nmcpServers:\n${indented(inList, 2)}`],
    ['behind comments alone', map, '# c', `# c\nextensions:\n${indented(inMap, 2)}`.trimEnd()],
    ['between document markers', map, '---\n# c\n...\n', `---\n# c\nextensions:\n${indented(inMap, 2)}...\n`],
    ['without a final newline where there was none', map, 'a: 1', `a: 1\nextensions:\n${indented(inMap, 2)}`.trimEnd()],
    ['with CRLF', map, crlf('a:\n  b: 1\n'), crlf(`a:\n  b: 1\nextensions:\n${indented(inMap, 2)}`)],
    [
      'behind its siblings and their comments, not behind those of the next key',
      map,
      'extensions:\n  x: {} # x\n  # below x\n# about b\nb: 1\n',
      `extensions:\n  x: {} # x\n  # below x\n${indented(inMap, 2)}# about b\nb: 1\n`,
    ],
    [
      'with dashes under the key, as the siblings have it',
      list,
      'mcpServers:\n- name: x\n  args:\n  - y\n# about b\nb: 1\n',
      `mcpServers:\n- name: x\n  args:\n  - y\n${inList.replace(/^ {4}-/gm, '  -')}# about b\nb: 1\n`,
    ],
    [
      'instead of nothing',
      map,
      'extensions: # none yet\nb: 1\n',
      `extensions: # none yet\n${indented(inMap, 2)}b: 1\n`,
    ],
    ['instead of null', map, 'extensions: ~ # none\n', `extensions: # none\n${indented(inMap, 2)}`],
    ['instead of empty braces', map, 'extensions:  { } # none\n', `extensions: # none\n${indented(inMap, 2)}`],
    ['instead of empty brackets', list, 'mcpServers: []\n', `mcpServers:\n${indented(inList, 2)}`],
    ['into braces', map, 'extensions: {x: {}, } # c\n', `extensions: {x: {}, ${json}, } # c\n`],
    [
      'into braces of several lines',
      map,
      'extensions: {\n  # none }\n  }\n',
      `extensions: {${json}\n  # none }\n  }\n`,
    ],
    ['into JSON', map, '{\n  "a": 1\n}\n', `{\n  "a": 1, "extensions": {${json}}\n}\n`],
    [
      'behind a block of text with its empty lines',
      map,
      'extensions:\n    x:\n        a: |+\n            y\n\nb: 1\n',
      `extensions:\n    x:\n        a: |+\n            y\n\n${indented(inMap.replaceAll('  ', '    '), 4)}b: 1\n`.replaceAll(
        '        - ',
        '            - ',
      ),
    ],
  ])('goes %s', (_where, place, before, after) => {
    const { text, trace } = set(before, place);
    expect(text.replaceAll(/ +(?=- )/g, '')).toBe(after.replaceAll(/ +(?=- )/g, ''));
    expect(yamlConfig.entries(text, place).get('berth-a')).toEqual(entry);
    expect(yamlConfig.remove(text, place, 'berth-a', trace)).toBe(before);
  });

  it('indents as the file does', () => {
    expect(set('a:\n    b:\n    -   c\n').text).toBe(
      'a:\n    b:\n    -   c\nextensions:\n    berth-a:\n        cmd: "/opt/berth"\n        args:\n        - connect\n        - a\n' +
        '        envs:\n            "NO": "off"\n',
    );
  });

  it('quotes what any reader could take for something else', () => {
    const strings = [
      'no',
      'Y',
      'null',
      '~',
      '1e3',
      '0x1',
      '1:20',
      '.5',
      '',
      ' a',
      'a: b',
      'a #b',
      '- a',
      '*a',
      '&a',
      '!a',
      '=',
      '<<',
    ];
    const special = [
      '%a',
      '@a',
      '`a',
      '{',
      '2001-01-01',
      'a\nb',
      'a\tb',
      '\u0085\u2028\ufeff\u007f',
      "it's",
      '"',
      '\\',
      'ключ',
      'a/b',
    ];
    const value = {
      args: [...strings, ...special],
      plain: 'berth-a_1',
      'a b': true,
      size: -1.5,
      big: 1e21,
      none: null,
    };
    const { text } = set('', map, value);
    expect(yamlConfig.entries(text, map).get('berth-a')).toEqual(value);
    expect(text.match(/^ +- "/gm)).toHaveLength(strings.length + special.length);
    expect(text).toContain('- "\\u0085\\u2028\\ufeff\\u007f"');
    expect(text).toContain('    plain: berth-a_1\n    "a b": true\n    size: -1.5\n    big: 1.0e+21\n    none: null\n');
  });

  it('leaves braces, and no null, where the others of its container went before it', () => {
    const { text } = set('extensions:\n  x: {}\n');
    expect(remove(text.replace('  x: {}\n', ''))).toBe('extensions: {}\n');
    const listed = set('mcpServers:\n  - name: x\n', list).text;
    expect(remove(listed.replace('  - name: x\n', ''), list)).toBe('mcpServers: []\n');
  });

  it('keeps a container that it made when somebody else put something or a comment in', () => {
    const { text, trace } = set('a: 1\n');
    const left = (changed: string) => yamlConfig.remove(changed, map, 'berth-a', trace);
    expect(left(`${text}  x: 1\n`)).toBe('a: 1\nextensions:\n  x: 1\n');
    expect(left(text.replace('extensions:', 'extensions: # mine'))).toBe('a: 1\nextensions: {} # mine\n');
  });

  it('follows keys of several steps, as far as they exist', () => {
    const place = { keys: ['a', 'b', 'c'], nameField: null };
    for (const before of ['', 'a:\n', 'a:\n  b: {}\n', 'a: {}\n', 'x: 1\n', 'a:\n  x: 1\n', '{a: {b: {}}}']) {
      const { text, trace } = set(before, place);
      expect(yamlConfig.entries(text, place)).toEqual(new Map([['berth-a', entry]]));
      expect(yamlConfig.remove(text, place, 'berth-a', trace)).toBe(before);
    }
  });
});

describe('an entry of YAML that is there', () => {
  it('keeps its place, its lines and its comments; only what differs is written', () => {
    const before =
      'extensions:\n  berth-a: # mine\n    # the program\n    cmd: old # why\n    args:  # list\n      - connect\n      - a\n' +
      '    envs: # variables\n      NO: "off" # kept\n      GONE: x\n    timeout: 3\n\n  # about x\n  x: {}\n';
    const { text, trace } = set(before, map, { ...entry, envs: { NO: 'off', NEW: '1' }, timeout: 3, enabled: true });
    expect(text).toBe(
      'extensions:\n  berth-a: # mine\n    # the program\n    cmd: "/opt/berth" # why\n    args:  # list\n      - connect\n      - a\n' +
        '    envs: # variables\n      NO: "off" # kept\n      NEW: "1"\n    timeout: 3\n    enabled: true\n\n  # about x\n  x: {}\n',
    );
    expect(trace).toBe(null);
    expect(remove(text)).toBe('extensions:\n\n  # about x\n  x: {}\n');
  });

  it.each<[string, ConfigPlace, string]>([
    ['braces', map, 'extensions:\n  berth-a: {cmd: old} # c\n  x: 1\n'],
    ['an empty map', map, 'extensions:\n  berth-a: {}\n'],
    ['braces of several lines', map, 'extensions: {berth-a: {\n  cmd: old # c\n }, x: 1}\n'],
    [
      'an element whose name is not first',
      list,
      'mcpServers:\n  - gone: 1\n    cmd: old\n    name: berth-a\n  - name: x\n',
    ],
    ['an element below its dash', list, 'mcpServers:\n-\n  name: "berth-a"\n  cmd: |\n    old\n\n- x\n'],
    ['an element in braces', list, 'mcpServers: [{name: berth-a, cmd: old}, {name: x}]'],
    [
      'strings of several lines',
      map,
      'extensions:\n  berth-a:\n    cmd: >-\n      old\n      one\n    args: "a\n\n      b"\n',
    ],
  ])('is edited and taken out as %s', (_what, place, before) => {
    const written = set(before, place).text;
    expect(yamlConfig.entries(written, place).get('berth-a')).toEqual(entry);
    const names = new Set(['berth-a']);
    for (const after of [written, remove(written, place), remove(before, place)]) {
      expect(yamlConfig.sameOutside(before, after, place, new Set())).toBe(false);
      expect(yamlConfig.sameOutside(before.replace(/ # c$/m, ''), after.replace(/ # c$/m, ''), place, names)).toBe(
        true,
      );
    }
    expect(yamlConfig.entries(remove(written, place), place).has('berth-a')).toBe(false);
  });
});

describe('what YAML editing refuses', () => {
  it.each<[string, ConfigPlace, string, number, number]>([
    ['several documents', map, 'a: 1\n---\nb: 1\n', 2, 1],
    ['a key twice', map, 'extensions:\n  x: 1\nextensions: {}\n', 3, 1],
    ['an entry twice in a list', list, 'mcpServers:\n  - name: berth-a\n  - name: berth-a\n', 3, 3],
    ['tabs for indentation', map, 'extensions:\n\tx: 1\n', 2, 1],
    ['a carriage return for a line break', map, 'a: 1\rb: 2\r', 1, 5],
    ['an alias as the servers', map, 'a: &x {}\nextensions: *x\n', 2, 13],
    ['servers that an alias repeats', map, 'extensions: &x\n  y: 1\nb: *x\n', 2, 3],
    ['an alias as the entry', map, 'a: &x {}\nextensions:\n  berth-a: *x\n', 3, 12],
    ['an entry that an alias repeats', map, 'extensions:\n  berth-a: &x\n    a: 1\n  b: *x\n', 3, 5],
    ['an alias without an anchor', map, 'a: *x\n', 1, 4],
    ['a list where a map belongs', map, 'extensions:\n  - name: x\n', 2, 3],
    ['a map where a list belongs', list, 'mcpServers:\n  x: {}\n', 2, 3],
    ['a string for the servers', map, 'extensions: none\n', 1, 13],
    ['a document that is no map', map, '- a\n', 1, 1],
    ['an entry that is no map', map, 'extensions:\n  berth-a: 1\n', 2, 3],
    ['a null in braces', map, '{extensions: }\n', 1, 13],
    ['a text that the end of the file cuts off', map, 'extensions:\n  x: |\n    a', 3, 6],
    ['braces without an end', map, 'extensions: {\n', 2, 1],
  ])('%s, with line and column', (_what, place, text, line, column) => {
    expect(() => set(text, place)).toThrow(TextProblem);
    expect(() => set(text, place)).toThrow(expect.objectContaining({ line, column }));
  });

  it('taking out an entry where the empty lines behind it would become part of the text before it', () => {
    const before = 'a: |+\n  b\n';
    const { text, trace } = set(before);
    expect(yamlConfig.remove(text, map, 'berth-a', trace)).toBe(before);
    expect(() => yamlConfig.remove(`${text}\n\n`, map, 'berth-a', trace)).toThrow(/"berth-a" cannot be changed here/);
  });

  it('taking out an entry whose anchor another place needs', () => {
    expect(() => remove('extensions:\n  berth-a: {env: &e {}}\n  x: {env: *e}\n')).toThrow(TextProblem);
  });

  it('more aliases than anybody means', () => {
    const bomb = `a: &a [x, x]\n${'bcdefghij'
      .split('')
      .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[index]}`)}]\n`)
      .join('')}`;
    expect(() => yamlConfig.entries(`${bomb}extensions: {x: *j}\n`, map)).toThrow(TextProblem);
  });
});

describe('comparing YAML outside of the entries', () => {
  const before = '---\na: &x 1\n# c\nextensions:\n  x: {b: yes}\nz: [1, "2", *x]\n';
  const same = (after: string) => yamlConfig.sameOutside(before, after, map, new Set(['berth-a']));
  it.each([
    ['another value', before.replace('yes', 'no')],
    ['another spelling', before.replace('"2"', "'2'")],
    ['another type', before.replace('"2"', '2')],
    ['another order', before.replace('[1, "2", *x]', '["2", 1, *x]')],
    ['a comment that went', before.replace('# c\n', '')],
    ['a marker that went', before.replace('---\n', '')],
    ['an anchor that went', before.replace('&x 1', '&y 1').replace('*x', '*y')],
    ['one more key', `${before}c: 2\n`],
    ['an entry that went', before.replace('  x: {b: yes}\n', '')],
  ])('sees %s', (_what, after) => {
    expect(same(after)).toBe(false);
  });

  it('does not mind our entry, its comments, white space and empty containers', () => {
    expect(same(set(before).text.replace('    args', '    # our comment\n    args'))).toBe(true);
    expect(same(crlf(before.replaceAll('\n', '\n\n')))).toBe(true);
    expect(yamlConfig.sameOutside('', 'extensions: {}\n', map, new Set())).toBe(true);
  });
});

it('finds the values of headers and variables at any depth', () => {
  const text =
    'mcpServers:\n  - name: x\n    url: no\n    requestOptions:\n      headers: {A: "1", B: 2}\n    env:\n      C: three\n      D: |\n        4\n  - name: y\n    headers: [no]\n';
  const spans = yamlConfig.stringsUnder(text, list, /headers$|^env$/);
  expect(spans.map(({ value }) => value)).toEqual(['1', 'three', '4\n']);
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['"1"', 'three', '|\n        4']);
  expect(yamlConfig.stringsUnder('{', list, /env/)).toEqual([]);
});

it('reads a list by its names, without the field that holds them', () => {
  const text =
    'base: &b {name: y, v: 1}\nmcpServers:\n  - name: x\n    url: u\n  - *b\n  - 7\n  - nameless: 1\n  - name: 5\n  - name: x\n    url: v\n';
  expect([...yamlConfig.entries(text, list)]).toEqual([
    ['x', { url: 'v' }],
    ['y', { v: 1 }],
  ]);
});
