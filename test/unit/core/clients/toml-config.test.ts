import { describe, expect, it } from 'vitest';
import { TextProblem } from '../../../../main/core/clients/text/config-text.ts';
import { tomlConfig } from '../../../../main/core/clients/text/toml-config.ts';

const place = { keys: ['mcp_servers'], nameField: null };
const entry = { command: '/opt/berth', args: ['connect', 'a'] };
const block = '[mcp_servers.berth-a]\ncommand = "/opt/berth"\nargs = ["connect", "a"]\n';
const set = (text: string, value: Record<string, unknown> = entry, name = 'berth-a') =>
  tomlConfig.set(text, place, name, value).text;
const remove = (text: string, name = 'berth-a') => tomlConfig.remove(text, place, name, null);
const entries = (text: string) => Object.fromEntries(tomlConfig.entries(text, place));
const crlf = (text: string) => text.replaceAll('\n', '\r\n');

describe('a new entry in TOML', () => {
  it.each([
    ['into nothing', '', block],
    ['behind everything', 'model = "o"\n\n[tui]\na = 1\n', `model = "o"\n\n[tui]\na = 1\n\n${block}`],
    ['before the empty lines at the end', '[tui]\n\n\n', `[tui]\n\n${block}\n\n`],
    ['without a final newline where there was none', 'a = 1', `a = 1\n\n${block.trimEnd()}`],
    ['with CRLF', crlf('a = 1\n'), crlf(`a = 1\n\n${block}`)],
    [
      'behind the other servers and the comment below them',
      '[mcp_servers.x]\nurl = "u"\n[mcp_servers.x.env]\nA = "b"\n# C = "d"\n\n[tui]\n',
      `[mcp_servers.x]\nurl = "u"\n[mcp_servers.x.env]\nA = "b"\n# C = "d"\n\n${block}\n[tui]\n`,
    ],
    [
      'not between a comment and the header below it',
      '[mcp_servers]\n# about the interface\n[tui]\n',
      `[mcp_servers]\n\n${block}# about the interface\n[tui]\n`,
    ],
    [
      'not behind a header that is part of a string',
      '[mcp_servers.x]\nurl = "u"\n[tui]\na = """\n[mcp_servers.y]\n"""\n',
      `[mcp_servers.x]\nurl = "u"\n\n${block}[tui]\na = """\n[mcp_servers.y]\n"""\n`,
    ],
    ['beside dotted keys', 'mcp_servers.x.url = "u"\nb = 1\n', `mcp_servers.x.url = "u"\nb = 1\n\n${block}`],
    ['among lists of tables', '[[p]]\n[p.q]\n[[p]]\nb = 1\n', `[[p]]\n[p.q]\n[[p]]\nb = 1\n\n${block}`],
  ])('goes %s', (_where, before, after) => {
    expect(set(before)).toBe(after);
    expect(entries(after)['berth-a']).toEqual(entry);
    expect(remove(after)).toBe(before);
  });

  it('writes objects as inline tables and quotes what needs it, as TOML 1.0', () => {
    const value = {
      url: 'a"\\\n\u007f',
      headers: { 'X-A': 'b', 'c.d': '' },
      n: 1.5,
      on: true,
      none: undefined,
      list: [{}],
    };
    const text = set('', value, 'a b');
    expect(text).toBe(
      '[mcp_servers."a b"]\nurl = "a\\"\\\\\\n\\u007f"\nheaders = { X-A = "b", "c.d" = "" }\nn = 1.5\non = true\nlist = [{}]\n',
    );
    const { none, ...said } = value;
    expect(entries(text)).toEqual({ 'a b': said });
    expect(remove(text, 'a b')).toBe('');
  });
});

describe('an entry of TOML that is there', () => {
  it('keeps its place, its lines and its comments; only what differs is written', () => {
    const before =
      '[mcp_servers.berth-a] # mine\n# the program\ncommand = "old" # why\nstartup_timeout_sec = 20\nargs = ["connect", "a"]\n\n' +
      '[mcp_servers.berth-a.env] # variables\nA = "b" # kept\nGone = "x"\n\n# about x\n[mcp_servers.x]\nurl = "u"\n';
    const text = set(before, { ...entry, startup_timeout_sec: 20, env: { A: 'b', New: 'y' }, enabled: true });
    expect(text).toBe(
      '[mcp_servers.berth-a] # mine\n# the program\ncommand = "/opt/berth" # why\nstartup_timeout_sec = 20\nargs = ["connect", "a"]\n' +
        'enabled = true\n\n[mcp_servers.berth-a.env] # variables\nA = "b" # kept\nNew = "y"\n\n# about x\n[mcp_servers.x]\nurl = "u"\n',
    );
    expect(remove(text)).toBe('\n# about x\n[mcp_servers.x]\nurl = "u"\n'.slice(1));
  });

  it.each([
    ['an inline table', '[mcp_servers]\nberth-a = { command = "old" } # c\nx = {}\n', '[mcp_servers]\nx = {}\n'],
    ['dotted keys', '[mcp_servers]\nberth-a.command = "old" # c\nx.url = "u"\n', '[mcp_servers]\nx.url = "u"\n'],
    ['dotted keys at the top', 'mcp_servers.berth-a.command = "old"\n[t]\n', '[t]\n'],
    ['one inline table at the top', 'mcp_servers.berth-a = { command = "old" }\nb = 1', 'b = 1'],
    ['tables below it alone', '[mcp_servers.berth-a.env]\nA = "b"\n[t]\n', '[t]\n'],
    ['tables in several places', '[mcp_servers.berth-a.env]\n[t]\n[mcp_servers.berth-a]\nurl = "u"\n', '[t]\n'],
    ['another spelling', '[ mcp_servers . "berth-a" ]\n"command" = \'old\'\n', ''],
  ])('is edited and taken out as %s', (_what, before, without) => {
    const names = new Set(['berth-a']);
    const written = set(before);
    expect(entries(written)['berth-a']).toEqual(entry);
    expect(tomlConfig.sameOutside(before, written, place, names)).toBe(true);
    expect(remove(written)).toBe(without);
    expect(remove(before)).toBe(without);
  });

  it('keeps dates and numbers that JavaScript cannot hold', () => {
    const before =
      '[mcp_servers.berth-a]\nsince = 1979-05-27T07:32:00Z\nbig = 9223372036854775807\nf = 1.0\nx = { f = 2.0, n = nan }\n';
    const value = entries(before)['berth-a'] as Record<string, Record<string, unknown>>;
    const text = set(before, { ...value, x: { ...value['x'], url: 'u' } });
    expect(text).toBe(before.replace('n = nan', 'n = nan, url = "u"'));
    expect(set(text, { big: value['big'] })).toBe('[mcp_servers.berth-a]\nbig = 9223372036854775807\n');
  });
});

describe('what TOML editing refuses', () => {
  it.each([
    ['an inline table of servers', 'a = 1\n mcp_servers = { x = {} }\n', 2, 2],
    ['an empty inline table of servers', 'mcp_servers = {}\n', 1, 1],
    ['servers that are no table', '[[mcp_servers]]\na = 1\n', 1, 1],
    ['a value for the servers', 'mcp_servers = 1\n', 1, 1],
    ['a table twice', '[a]\n[mcp_servers.x]\n[mcp_servers.x]\n', 3, 14],
    ['a key twice', crlf('[a]\nb = 1\nb = 2\n'), 3, 1],
    ['a carriage return for a line break', 'a = 1\rb = 2', 2, 1],
    ['JSON', '{"mcpServers": {}}', 1, 1],
    ['an entry that is no table', '[mcp_servers]\nberth-a = 1\n', 2, 1],
    ['an entry that is a list', '[[mcp_servers.berth-a]]\n', 1, 1],
    ['a string without an end', 'a = "b\n', 1, 7],
  ])('%s, with line and column', (_what, text, line, column) => {
    expect(() => set(text)).toThrow(TextProblem);
    expect(() => set(text)).toThrow(expect.objectContaining({ line, column }));
  });

  it('lists of servers by a field', () => {
    const list = { keys: ['mcp_servers'], nameField: 'name' };
    expect(() => tomlConfig.entries('', list)).toThrow(TextProblem);
    expect(() => tomlConfig.set('', list, 'a', {})).toThrow(TextProblem);
  });

  it('taking an entry out of an inline table', () => {
    expect(() => remove('mcp_servers = { berth-a = {} }')).toThrow(TextProblem);
    expect(remove('mcp_servers = { x = {} }')).toBe('mcp_servers = { x = {} }');
  });
});

describe('comparing TOML outside of the entries', () => {
  const before = '# c\n[mcp_servers.x]\nurl = "u"\n[t]\nb = 1.0\nd = 2\n';
  const same = (after: string) => tomlConfig.sameOutside(before, after, place, new Set(['berth-a']));
  it.each([
    ['another value', before.replace('"u"', '"v"')],
    ['another kind of number', before.replace('1.0', '1')],
    ['another order', before.replace('b = 1.0\nd = 2\n', 'd = 2\nb = 1.0\n')],
    ['a comment that went', before.replace('# c\n', '')],
    ['a table that went', before.replace('[t]\nb = 1.0\nd = 2\n', '')],
    ['one more key', `${before}c = 2\n`],
  ])('sees %s', (_what, after) => {
    expect(same(after)).toBe(false);
  });

  it('does not mind our entry, its comments, white space and empty containers', () => {
    expect(same(set(before).replace('args', '# our comment\nargs'))).toBe(true);
    expect(same(before.replaceAll('\n', '\r\n\r\n'))).toBe(true);
    expect(tomlConfig.sameOutside('', '[mcp_servers]\n', place, new Set())).toBe(true);
  });
});

it('finds the values of headers and variables in every form', () => {
  const text =
    '[mcp_servers.x]\nurl = "no"\nhttp_headers = { A = "1", "B" = \'2\' }\nenv.C = "3"\n[mcp_servers.y.env]\nD = """\n4"""\nn = 5\n[env]\nE = "no"\n';
  const spans = tomlConfig.stringsUnder(text, place, /headers$|^env$/);
  expect(spans.map(({ value }) => value)).toEqual(['1', '2', '3', '4']);
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['"1"', "'2'", '"3"', '"""\n4"""']);
  expect(tomlConfig.stringsUnder('[', place, /env/)).toEqual([]);
});
